import { resolve } from 'node:path';
import { ENGAGEMENT_ID } from '../audit-forge/names.js';
import { CommandError, newCommand } from '../command-line.js';
import type { FolderToLoad } from './put-folder.js';
import { SAMPLES } from './sample-engagements.js';

const AFTER = `
All is kept in .demo/ in the project folder: a second start is quick. Remove that folder to begin anew.
`;

type Environment = Readonly<Record<string, string | undefined>>;

export interface DemoCommandLine {
  port: number;
  s3Port: number;
  folder?: FolderToLoad;
}

interface Given {
  engagement?: string;
  shards?: string;
  port?: string;
  s3Port?: string;
}

/** @throws CommandError */
export function parseDemoOptions(args: readonly string[], environment: Environment): DemoCommandLine {
  const given = newCommand('npm run demo --')
    .description('Starts AuditForge and an S3 store on this machine, with engagements to try.')
    .option('--engagement <id>', 'with --shards: load a folder of shard files as this engagement')
    .option(
      '--shards <dir>',
      'the folder; files that end with .jsonl, .jsonl.gz or .jsonl.zst are its shards',
    )
    .option('--port <port>', 'of the service (3000, or PORT of the environment; 0: any)')
    .option('--s3-port <port>', 'of the store (9000, or DEMO_S3_PORT of the environment; 0: any)')
    .addHelpText('after', AFTER)
    .parse(args, { from: 'user' })
    .opts<Given>();
  const port = portOf('--port', given.port, 'PORT', environment) ?? 3000;
  const s3Port = portOf('--s3-port', given.s3Port, 'DEMO_S3_PORT', environment) ?? 9000;
  if (port === s3Port && port !== 0) {
    throw new CommandError(`--port and --s3-port are both ${port}: choose two.`);
  }
  const folder = folderOf(given.engagement, given.shards, environment);
  return { port, s3Port, ...(folder === undefined ? {} : { folder }) };
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
