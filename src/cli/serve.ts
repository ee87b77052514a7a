import { Logger } from '@nestjs/common';
import type { Command } from 'commander';
import { CommandError } from '../command-line.js';
import { effectiveSettings } from '../config/effective-settings.js';
import { readEnvironment } from '../config/environment.js';
import { createApp } from '../create-app.js';
import { listen } from '../listen.js';
import { VERSION } from '../audit-forge/version.js';
import type { Run } from './run.js';
import { startProblem } from './start-problem.js';

const AFTER = `
Every setting is a variable of the environment: the file .env.example has all, with their defaults. All are checked at
the start, and what is wrong is listed at once. SIGTERM lets running exports finish, then ends it with exit code 0.
Start it with NODE_OPTIONS=--max-semi-space-size=6, which keeps its memory as low as planned for.
`;

export function addServe(program: Command, { environment }: Run): void {
  program
    .command('serve')
    .description('Starts the service.')
    .addHelpText('after', AFTER)
    .action(() => serve(environment));
}

/** Starts the service, or says in full why it does not. @throws CommandError */
async function serve(environment: Run['environment']): Promise<void> {
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
    throw new CommandError(`AuditForge does not start. ${startProblem(error, environment)}`, {
      cause: error,
    });
  }
}
