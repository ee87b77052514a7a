import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { resolveOptions } from '../audit-forge/audit-forge.options.js';
import { isPrintableSubject } from '../audit-forge/auth/session-scope.js';
import { ENGAGEMENT_ID } from '../audit-forge/names.js';
import { CommandError } from '../command-line.js';
import { mintSessionToken, type SessionGrant } from '../session-token.js';
import type { Run } from './run.js';

const AFTER = `
It is signed with AUDITFORGE_SESSION_SECRET, for AUDITFORGE_SESSION_ISSUER and AUDITFORGE_SESSION_AUDIENCE
(both "auditforge"), which must be set as they are for the service.
`;

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

interface Options {
  engagement?: string[];
  ttl: string;
  sub?: string;
}

export function addToken(program: Command, { environment, stdout }: Run): void {
  program
    .command('token')
    .description('Prints a session token for the engagements named, as the platform would issue it.')
    .option('--engagement <id...>', 'engagements that the token may export')
    .option('--ttl <time>', 'how long it is valid: 90s, 15m, 12h, 7d', '12h')
    .option('--sub <who>', 'whom the log names as the caller (default: your user name)')
    .addHelpText('after', AFTER)
    .action(async ({ engagement = [], ttl, sub = userName() }: Options) => {
      const { secret, ...claims } = signingOptions(environment);
      const grant: SessionGrant = {
        engagements: engagementIds(engagement),
        ttlSeconds: seconds(ttl),
        subject: subject(sub),
        ...claims,
      };
      stdout.write(`${await mintSessionToken(secret, grant)}\n`);
    });
}

interface Signing {
  secret: string;
  issuer: string;
  audience: string;
}

function signingOptions(environment: Run['environment']): Signing {
  const { options, problems } = resolveOptions({
    sessionSecret: environment['AUDITFORGE_SESSION_SECRET'] || undefined,
    sessionIssuer: environment['AUDITFORGE_SESSION_ISSUER'] || undefined,
    sessionAudience: environment['AUDITFORGE_SESSION_AUDIENCE'] || undefined,
  });
  const { sessionSecret } = options;
  if (sessionSecret === undefined) {
    throw new CommandError('AUDITFORGE_SESSION_SECRET is not set: set it as it is for the service.');
  }
  const problem = problems.find(({ property }) => property === 'sessionSecret');
  if (problem !== undefined) throw new CommandError(`AUDITFORGE_SESSION_SECRET ${problem.detail}.`);
  return { secret: sessionSecret, issuer: options.sessionIssuer, audience: options.sessionAudience };
}

function engagementIds(ids: string[]): string[] {
  if (ids.length === 0) throw new CommandError('Name at least one engagement: --engagement eng-abc123');
  for (const id of ids) {
    if (!ENGAGEMENT_ID.test(id)) {
      throw new CommandError(
        `${JSON.stringify(id)} is no engagement id: 1 to 128 of A-Z, a-z, 0-9, _ and -, the first a letter or digit.`,
      );
    }
  }
  return [...new Set(ids)];
}

function seconds(ttl: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(ttl) ?? [];
  if (count === undefined) {
    throw new CommandError(`--ttl ${JSON.stringify(ttl)} is no time: write it as 90s, 15m, 12h or 7d.`);
  }
  return Number(count) * SECONDS_IN[unit]!;
}

function subject(sub: string): string {
  if (isPrintableSubject(sub)) return sub;
  throw new CommandError('--sub must be 1 to 128 printable characters.');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return 'token-command';
  }
}
