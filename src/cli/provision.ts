import type { Command } from 'commander';
import { StoreClock, SystemClock } from '../audit-forge/clock.js';
import { BUCKET_NAME } from '../audit-forge/names.js';
import { DefaultS3ClientFactory, S3Clients } from '../audit-forge/s3/s3-clients.js';
import { S3Store } from '../audit-forge/s3/s3-store.js';
import { CommandError } from '../command-line.js';
import { BucketCalls } from '../provision/bucket-calls.js';
import { provisionBucket, type StepReport } from '../provision/provision-bucket.js';
import { s3Settings } from '../provision/s3-settings.js';
import { STEPS, type StepName } from '../provision/steps.js';
import type { Run } from './run.js';

const NAMES = Object.keys(STEPS) as StepName[];

const DESCRIPTION =
  'Brings a bucket to the standard: versioning, AES-256 default encryption, all four public-access blocks, and a ' +
  'lifecycle rule that aborts incomplete multipart uploads after a day. Makes the bucket if it is not there.';

const AFTER = `
Region, store and credentials are those of the service: AWS_REGION, AUDITFORGE_S3_ENDPOINT,
AUDITFORGE_S3_FORCE_PATH_STYLE and the AWS SDK's own chain. What is already so is left as it is, other lifecycle rules
too, so it may be run again. Exit code 1 if something could not be set that was not skipped.
`;

interface Options {
  bucket?: string;
  skip?: string[];
}

export function addProvision(program: Command, run: Run): void {
  program
    .command('provision')
    .summary('Brings a bucket to the standard.')
    .description(DESCRIPTION)
    .option('--bucket <name>', 'the bucket')
    .option(
      '--skip <setting...>',
      `settings to leave as they are, for a store that does not take them: ${NAMES.join(', ')}`,
    )
    .addHelpText('after', AFTER)
    .action((options: Options) => provision(options, run));
}

/** @throws CommandError */
async function provision(given: Options, { environment, stdout }: Run): Promise<void> {
  const bucket = bucketName(given.bucket);
  const skip = new Set((given.skip ?? []).map(stepName));
  const options = s3Settings(environment, bucket);
  const clients = new S3Clients(options, new DefaultS3ClientFactory(), new StoreClock(new SystemClock()));
  try {
    await clients.onModuleInit().catch(({ message }: Error) => {
      throw new CommandError(message);
    });
    const region = await clients.for({ bucket }).config.region();
    const calls = new BucketCalls(bucket, region, new S3Store(clients), new AbortController().signal);
    stdout.write(`${bucket}\n`);
    const complete = await provisionBucket(calls, skip, (report) => stdout.write(line(report)));
    if (!complete) throw new CommandError(`The bucket ${bucket} is not all that it should be: see above.`);
  } finally {
    clients.onApplicationShutdown();
  }
}

function bucketName(name: string | undefined): string {
  if (name === undefined) throw new CommandError('Name the bucket: --bucket metis-shared');
  if (BUCKET_NAME.test(name)) return name;
  throw new CommandError(
    `--bucket ${JSON.stringify(name)} is no bucket name: 3 to 63 of a-z, 0-9, dot and hyphen, the first and last a letter or digit.`,
  );
}

function stepName(name: string): StepName {
  const known = NAMES.find((one) => one === name);
  if (known !== undefined) return known;
  throw new CommandError(`--skip ${JSON.stringify(name)} is no setting: there are ${NAMES.join(', ')}.`);
}

function line({ name, outcome, detail }: StepReport): string {
  return `  ${name.padEnd(19)}  ${outcome.padEnd(10)}  ${detail}\n`;
}
