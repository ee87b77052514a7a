import { newCommand, runCommand, type Output } from '../command-line.js';
import { VERSION } from '../audit-forge/version.js';
import { addDoctor } from './doctor.js';
import { addProvision } from './provision.js';
import type { Run } from './run.js';
import { addServe } from './serve.js';
import { addToken } from './token.js';
import { addWorker } from './worker.js';

const AFTER = `
auditforge <command> --help explains a command. All take their settings from the environment, as the service does.

Exit codes: 0 it did what was asked; 1 it did not, or the doctor marked something FAIL, and standard error says why.
`;

/** The command line of AuditForge. @returns the exit code; a service that has started goes on beyond it */
export async function runProgram(
  args: readonly string[],
  environment: Run['environment'],
  { stdout = process.stdout, stderr = process.stderr }: { stdout?: Output; stderr?: Output } = {},
): Promise<number> {
  const run: Run = { environment, stdout, stderr, exitCode: 0 };
  const program = newCommand('auditforge', run)
    .description('Hands over the whole audit log of one engagement, byte for byte.')
    .usage('<command> [options]')
    .version(VERSION, '--version', 'the version')
    .helpCommand(false)
    .addHelpText('after', AFTER);
  for (const add of [addServe, addWorker, addDoctor, addProvision, addToken]) add(program, run);
  const failed = await runCommand(async () => {
    await program.parseAsync(args, { from: 'user' });
  }, stderr);
  return failed || run.exitCode;
}

/** Runs this process by the command line: one that has failed ends, whatever it has begun may still wait for. */
export async function runProcess(args: readonly string[]): Promise<void> {
  const exitCode = await runProgram(args, process.env);
  if (exitCode !== 0) process.exit(exitCode);
}
