import { Command, CommanderError } from 'commander';

/** Something that the user can put right: one line that says what is wrong and what would be right. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const HELP_WIDTH = 110;

/** A command that ends no process: whatever it refuses is a {@link CommandError}. To be run by {@link runCommand}. */
export function newCommand(
  name: string,
  { stdout, stderr }: { stdout: Output; stderr: Output } = process,
): Command {
  return new Command(name)
    .exitOverride(leave)
    .helpOption('--help', 'this text')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(stdout.columns ?? HELP_WIDTH, HELP_WIDTH),
      getErrHelpWidth: () => HELP_WIDTH,
    });
}

/** Runs a command; @returns its exit code, after what it failed of was written: of a {@link CommandError} its line. */
export async function runCommand(work: () => Promise<void>, stderr: Output): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    // It has shown its help, or its version.
    if (error instanceof CommanderError) return error.exitCode;
    stderr.write(
      `${error instanceof CommandError ? error.message : String((error as Error).stack ?? error)}\n`,
    );
    return 1;
  }
}

function leave(error: CommanderError): never {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  const [what = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const complaint = what.charAt(0).toUpperCase() + what.slice(1).replace(/\.$/, '');
  // As "(Did you mean --port?)".
  throw new CommandError(`${complaint}${hint.replace('(D', ' (d')}. --help shows what there is.`);
}
