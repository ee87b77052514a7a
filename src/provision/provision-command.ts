import { StoreClock, SystemClock } from '../audit-forge/clock.js';
import { BUCKET_NAME } from '../audit-forge/names.js';
import { DefaultS3ClientFactory, S3Clients } from '../audit-forge/s3/s3-clients.js';
import { S3Store } from '../audit-forge/s3/s3-store.js';
import { CommandError, parseCommandLine, runCommand } from '../command-line.js';
import { BucketCalls } from './bucket-calls.js';
import { provisionBucket, type StepReport } from './provision-bucket.js';
import { s3Settings } from './s3-settings.js';
import { STEPS, type StepName } from './steps.js';

const NAMES = Object.keys(STEPS) as StepName[];

const HELP = `Brings a bucket to the standard: versioning, AES-256 default encryption, all four public-access blocks, and a
lifecycle rule that aborts incomplete multipart uploads after a day. Makes the bucket if it is not there.

  npm run provision -- --bucket NAME [--skip SETTING ...]

  --bucket NAME    the bucket
  --skip SETTING   leave it as it is, for a store that does not take it; may be given more than once:
                   ${NAMES.join(', ')}
  --help           this text

Region, store and credentials are those of the service: AWS_REGION, AUDITFORGE_S3_ENDPOINT,
AUDITFORGE_S3_FORCE_PATH_STYLE and the AWS SDK's own chain. What is already so is left as it is, other lifecycle rules
too, so it may be run again. Exit code 1 if something could not be set that was not skipped.
`;

type Environment = Readonly<Record<string, string | undefined>>;

interface Output {
  write(text: string): unknown;
}

/** @returns the exit code */
export async function provisionCommand(
  args: string[],
  environment: Environment,
  { stdout = process.stdout, stderr = process.stderr }: { stdout?: Output; stderr?: Output } = {},
): Promise<number> {
  return runCommand(async () => {
    const { values } = parseCommandLine({
      args,
      options: {
        bucket: { type: 'string' },
        skip: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      stdout.write(HELP);
      return;
    }
    const bucket = bucketName(values.bucket);
    const skip = new Set(values.skip.map(stepName));
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
  }, stderr);
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
