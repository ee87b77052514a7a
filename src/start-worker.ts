import { Logger as NestLogger } from '@nestjs/common';
import { effectiveSettings } from './config/effective-settings.js';
import { InvalidEnvironment, readEnvironment } from './config/environment.js';
import { createApp } from './create-app.js';
import { listenForManagement } from './listen.js';
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
    // It has no port but the one for metrics and health, where that is set.
    const app = await createApp(settings);
    await app.init();
    await listenForManagement(app, settings);
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
