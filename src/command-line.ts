import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Something that the user can put right: one line that says what is wrong and what would be right. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/**
 * `parseArgs` whose complaints are one line.
 * @throws CommandError
 */
export function parseCommandLine<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!isParseArgsError(error)) throw error;
    const [complaint] = error.message.split(/\n|\. /, 1);
    throw new CommandError(`${complaint?.replace(/\.$/, '')}. --help shows what there is.`);
  }
}

/** Runs a command; @returns its exit code, after a {@link CommandError} was written as its one line. */
export async function runCommand(
  work: () => Promise<void>,
  stderr: { write(text: string): unknown },
): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    stderr.write(
      `${error instanceof CommandError ? error.message : String((error as Error).stack ?? error)}\n`,
    );
    return 1;
  }
}

function isParseArgsError(error: unknown): error is NodeJS.ErrnoException {
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
