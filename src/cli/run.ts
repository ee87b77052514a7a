import type { Output } from '../command-line.js';

/** One run of the command line: what it is given, and what comes of it. */
export interface Run {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Of a command that ended as it should. */
  exitCode: number;
}
