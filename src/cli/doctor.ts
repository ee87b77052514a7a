import type { Command } from 'commander';
import { resolveOptions, type AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import { ENGAGEMENT_ID } from '../audit-forge/names.js';
import { CommandError } from '../command-line.js';
import { InvalidEnvironment, readEnvironment } from '../config/environment.js';
import { diagnose } from '../doctor/diagnose.js';
import type { Report } from '../doctor/finding.js';
import { ProgressLines } from '../doctor/progress-lines.js';
import { renderTable } from '../doctor/render-table.js';
import type { Run } from './run.js';

const AFTER = `
It reads the environment of the service. What it writes are small test objects whose names hold ".doctor-", and it
removes them again. Exit code 1 if anything is marked FAIL, else 0.
`;

const WIDTH = 110;

interface Options {
  engagement?: string;
  json?: boolean;
}

export function addDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('Checks that the service can work with its buckets, and says what to do where it cannot.')
    .option('--engagement <id>', "check the engagement's record too, and its own bucket if it has one")
    .option('--json', 'the findings for programs')
    .addHelpText('after', AFTER)
    .action((options: Options) => doctor(options, run));
}

/** @throws CommandError */
async function doctor({ engagement, json }: Options, run: Run): Promise<void> {
  const { environment, stdout, stderr } = run;
  checkId(engagement);
  const options = optionsOf(environment);
  const progress = new ProgressLines(stderr);
  const { result: report, interrupted } = await untilInterrupted((signal) =>
    diagnose(options, engagement, progress, signal),
  );
  progress.end();
  const color = stdout.isTTY === true && !environment['NO_COLOR'];
  const width = Math.min(stdout.columns ?? WIDTH, WIDTH);
  stdout.write(json ? toJson(report) : renderTable(report, { color, width }));
  if (report.worst === 'red') run.exitCode = 1;
  if (interrupted) throw new CommandError('Interrupted: not all was checked.');
}

function checkId(id: string | undefined): void {
  if (id === undefined || ENGAGEMENT_ID.test(id)) return;
  throw new CommandError(
    `--engagement ${JSON.stringify(id)} is no engagement id: 1 to 128 of A-Z, a-z, 0-9, _ and -, the first a letter or digit.`,
  );
}

function optionsOf(environment: Run['environment']): AuditForgeOptions {
  try {
    return resolveOptions(readEnvironment(environment).auditForge).options;
  } catch (error) {
    if (error instanceof InvalidEnvironment) throw new CommandError(error.message);
    throw error;
  }
}

/** The first Ctrl-C ends the checks, so that what they wrote is removed; the second ends the process. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>) {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const result = await work(controller.signal);
    return { result, interrupted: controller.signal.aborted };
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function toJson({ buckets, worst }: Report): string {
  const plain = buckets.map(({ bucket, role, checks }) => ({
    bucket,
    role,
    checks: checks.map(({ id, status, found, todo }) => ({ id, status, found, todo })),
  }));
  return `${JSON.stringify({ buckets: plain, worst })}\n`;
}
