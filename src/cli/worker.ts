import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Command } from 'commander';
import { Logger } from 'nestjs-pino';
import { AppModule } from '../app.module.js';
import { CommandError } from '../command-line.js';
import { effectiveSettings } from '../config/effective-settings.js';
import { InvalidEnvironment, readEnvironment } from '../config/environment.js';
import { VERSION } from '../version.js';
import type { Run } from './run.js';

const AFTER = `
It takes the settings of the service, and needs AUDITFORGE_REDIS_URL, where exports are queued. SIGTERM ends it with
exit code 0; what it has not finished by then another one takes over.
Start it with NODE_OPTIONS=--max-semi-space-size=6, which keeps its memory as low as planned for.
`;

export function addWorker(program: Command, { environment }: Run): void {
  program
    .command('worker')
    .description('Starts what does queued exports and answers no requests.')
    .addHelpText('after', AFTER)
    .action(() => work(environment));
}

/** Starts the worker, or says in full why it does not. @throws CommandError */
async function work(environment: Run['environment']): Promise<void> {
  try {
    const settings = readEnvironment(environment);
    if (settings.auditForge.redisUrl === undefined)
      throw new CommandError('Set AUDITFORGE_REDIS_URL: it does the exports that are queued there.');
    const context = await NestFactory.createApplicationContext(AppModule.forRoot(settings), {
      bufferLogs: true,
      abortOnError: false,
    });
    context.useLogger(context.get(Logger));
    // Exit code 0 after a shutdown that was asked for; else Nest ends the process by the signal itself.
    context.enableShutdownHooks([], { useProcessExit: true });
    new NestLogger('AuditForge').log({
      msg: 'auditforge_worker_started',
      version: VERSION,
      settings: effectiveSettings(settings),
    });
  } catch (error) {
    throw new CommandError(`The AuditForge worker does not start. ${problemOf(error)}`, { cause: error });
  }
}

function problemOf(error: unknown): string {
  return error instanceof InvalidEnvironment || error instanceof CommandError
    ? error.message
    : String((error as Error).stack ?? error);
}
