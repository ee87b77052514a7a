import { Logger } from '@nestjs/common';
import type { Command } from 'commander';
import { CommandError } from '../command-line.js';
import { effectiveSettings } from '../config/effective-settings.js';
import { readEnvironment } from '../config/environment.js';
import { createApp } from '../create-app.js';
import { listenForManagement } from '../listen.js';
import { VERSION } from '../audit-forge/version.js';
import type { Run } from './run.js';
import { startProblem } from './start-problem.js';

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
    // It has no port but the one for metrics and health, where that is set.
    const app = await createApp(settings);
    await app.init();
    await listenForManagement(app, settings);
    new Logger('AuditForge').log({
      msg: 'auditforge_worker_started',
      version: VERSION,
      settings: effectiveSettings(settings),
    });
  } catch (error) {
    throw new CommandError(`The AuditForge worker does not start. ${startProblem(error, environment)}`, {
      cause: error,
    });
  }
}
