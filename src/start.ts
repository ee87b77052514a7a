import { Logger } from '@nestjs/common';
import { effectiveSettings } from './config/effective-settings.js';
import { InvalidEnvironment, readEnvironment } from './config/environment.js';
import { createApp } from './create-app.js';
import { listen } from './listen.js';
import { VERSION } from './version.js';

/** Starts the service, or says in full why it does not and sets exit code 1. */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    const settings = readEnvironment(environment);
    const app = await createApp(settings);
    await listen(app, settings);
    new Logger('AuditForge').log({
      msg: 'auditforge_started',
      version: VERSION,
      address: await app.getUrl(),
      settings: effectiveSettings(settings),
    });
  } catch (error) {
    process.stderr.write(`${startProblem(error)}\n`);
    process.exitCode = 1;
  }
}

function startProblem(error: unknown): string {
  if (error instanceof InvalidEnvironment) return `AuditForge does not start. ${error.message}`;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `AuditForge does not start. Port ${port} is taken: set PORT to a free one.`;
  if (code === 'EACCES')
    return `AuditForge does not start. Port ${port} may not be opened: set PORT to one from 1024 on.`;
  return `AuditForge does not start. ${String((error as Error).stack ?? error)}`;
}
