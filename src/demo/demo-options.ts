import { resolve } from 'node:path';
import { ENGAGEMENT_ID } from '../audit-forge/names.js';
import { CommandError, parseCommandLine } from '../command-line.js';
import type { FolderToLoad } from './put-folder.js';
import { SAMPLES } from './sample-engagements.js';

export const DEMO_HELP = `Starts AuditForge and an S3 store on this machine, with engagements to try.

  npm run demo [-- OPTIONS]

  --engagement ID   with --shards: load a folder of shard files as this engagement
  --shards DIR      the folder; files that end with .jsonl, .jsonl.gz or .jsonl.zst are its shards
  --port PORT       of the service (3000, or PORT of the environment; 0: any)
  --s3-port PORT    of the store (9000, or DEMO_S3_PORT of the environment; 0: any)
  --help            this text

All is kept in .demo/ in the project folder: a second start is quick. Remove that folder to begin anew.
`;

type Environment = Readonly<Record<string, string | undefined>>;

export interface DemoCommandLine {
  help: boolean;
  port: number;
  s3Port: number;
  folder?: FolderToLoad;
}

/** @throws CommandError */
export function parseDemoOptions(args: string[], environment: Environment): DemoCommandLine {
  const { values } = parseCommandLine({
    args,
    options: {
      engagement: { type: 'string' },
      shards: { type: 'string' },
      port: { type: 'string' },
      's3-port': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const port = portOf('--port', values.port, 'PORT', environment) ?? 3000;
  const s3Port = portOf('--s3-port', values['s3-port'], 'DEMO_S3_PORT', environment) ?? 9000;
  if (port === s3Port && port !== 0) {
    throw new CommandError(`--port and --s3-port are both ${port}: choose two.`);
  }
  const folder = folderOf(values.engagement, values.shards, environment);
  return { help: values.help, port, s3Port, ...(folder === undefined ? {} : { folder }) };
}

function portOf(
  option: string,
  given: string | undefined,
  variable: string,
  environment: Environment,
): number | undefined {
  const [name, value] =
    given === undefined ? [variable, environment[variable] || undefined] : [option, given];
  if (value === undefined) return undefined;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new CommandError(`${name} must be a whole number from 0 to 65535, not ${JSON.stringify(value)}.`);
}

function folderOf(
  engagement: string | undefined,
  shards: string | undefined,
  environment: Environment,
): FolderToLoad | undefined {
  if (engagement === undefined && shards === undefined) return undefined;
  if (engagement === undefined)
    throw new CommandError('--shards needs --engagement ID: name the engagement.');
  if (shards === undefined || shards === '') {
    throw new CommandError('--engagement needs --shards DIR: name the folder of its shard files.');
  }
  if (!ENGAGEMENT_ID.test(engagement)) {
    throw new CommandError(
      `--engagement ${JSON.stringify(engagement)} is no engagement id: 1 to 128 of A-Z, a-z, 0-9, _ and -, the first a letter or digit.`,
    );
  }
  if (SAMPLES.some(({ id }) => id === engagement)) {
    throw new CommandError(`--engagement ${engagement} is one of the demo's own: choose another id.`);
  }
  // npm changes to the project folder and keeps here where the user was.
  return { engagement, dir: resolve(environment['INIT_CWD'] ?? '.', shards) };
}
