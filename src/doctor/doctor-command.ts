import { resolveOptions, type AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import { ENGAGEMENT_ID } from '../audit-forge/names.js';
import { CommandError, parseCommandLine, runCommand } from '../command-line.js';
import { InvalidEnvironment, readEnvironment } from '../config/environment.js';
import { diagnose } from './diagnose.js';
import type { Report } from './finding.js';
import { ProgressLines, type ProgressOutput } from './progress-lines.js';
import { renderTable } from './render-table.js';

const HELP = `Checks that the service can work with its buckets, and says what to do where it cannot.

  npm run doctor [-- OPTIONS]

  --engagement ID   check the engagement's record too, and its own bucket if it has one
  --json            the findings for programs (npm run --silent doctor -- --json)
  --help            this text

It reads the environment of the service. What it writes are small test objects whose names hold ".doctor-", and it
removes them again. Exit code 1 if anything is marked FAIL, else 0.
`;

const WIDTH = 110;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Output extends ProgressOutput {
  columns?: number;
}

/** @returns the exit code */
export async function doctorCommand(
  args: string[],
  environment: Environment,
  { stdout = process.stdout, stderr = process.stderr }: { stdout?: Output; stderr?: Output } = {},
): Promise<number> {
  let report: Report | undefined;
  const failed = await runCommand(async () => {
    const { values } = parseCommandLine({
      args,
      options: {
        engagement: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      stdout.write(HELP);
      return;
    }
    checkId(values.engagement);
    const options = optionsOf(environment);
    const progress = new ProgressLines(stderr);
    const ended = await untilInterrupted((signal) => diagnose(options, values.engagement, progress, signal));
    const { interrupted } = ended;
    report = ended.result;
    progress.end();
    const color = stdout.isTTY === true && !environment['NO_COLOR'];
    const width = Math.min(stdout.columns ?? WIDTH, WIDTH);
    stdout.write(values.json ? toJson(report) : renderTable(report, { color, width }));
    if (interrupted) throw new CommandError('Interrupted: not all was checked.');
  }, stderr);
  return report?.worst === 'red' ? 1 : failed;
}

function checkId(id: string | undefined): void {
  if (id === undefined || ENGAGEMENT_ID.test(id)) return;
  throw new CommandError(
    `--engagement ${JSON.stringify(id)} is no engagement id: 1 to 128 of A-Z, a-z, 0-9, _ and -, the first a letter or digit.`,
  );
}

function optionsOf(environment: Environment): AuditForgeOptions {
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
