import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { effectiveSettings } from './config/effective-settings.js';
import { InvalidEnvironment, readEnvironment } from './config/environment.js';
import { VERSION } from './version.js';

/** Starts what does queued exports and answers no requests, or says why it does not and sets exit code 1. */
export async function startWorker(environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    const settings = readEnvironment(environment);
    if (settings.auditForge.redisUrl === undefined) {
      process.stderr.write(
        'The AuditForge worker does not start. Set AUDITFORGE_REDIS_URL: it does the exports that are queued there.\n',
      );
      process.exitCode = 1;
      return;
    }
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
    process.stderr.write(`The AuditForge worker does not start. ${problemOf(error)}\n`);
    process.exitCode = 1;
  }
}

function problemOf(error: unknown): string {
  return error instanceof InvalidEnvironment ? error.message : String((error as Error).stack ?? error);
}
