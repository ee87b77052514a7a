import { resolveOptions, type AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import {
  adminTokens,
  boolean,
  integer,
  InvalidValue,
  list,
  origins,
  proxies,
  redisUrl,
  text,
  type Parser,
} from './parsers.js';
import { isLoopback } from './loopback.js';
import type { Settings } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable of the module, the option that it sets, and how it is read. */
const OPTIONS: { [variable: string]: [property: keyof AuditForgeOptions, parse: Parser<unknown>] } = {
  AUDITFORGE_SHARED_BUCKET: ['sharedBucket', text],
  AUDITFORGE_SOURCE_BUCKETS: ['sourceBuckets', list],
  AUDITFORGE_ADMIN_TOKENS: ['adminTokens', adminTokens],
  AUDITFORGE_SESSION_SECRET: ['sessionSecret', text],
  AUDITFORGE_SESSION_JWKS_URL: ['sessionJwksUrl', text],
  AUDITFORGE_SESSION_ISSUER: ['sessionIssuer', text],
  AUDITFORGE_SESSION_AUDIENCE: ['sessionAudience', text],
  AUDITFORGE_INSECURE_COOKIE: ['insecureCookie', boolean],
  AUDITFORGE_S3_ENDPOINT: ['s3Endpoint', text],
  AUDITFORGE_S3_FORCE_PATH_STYLE: ['s3ForcePathStyle', boolean],
  AUDITFORGE_S3_PUBLIC_ENDPOINT: ['s3PublicEndpoint', text],
  AUDITFORGE_SHARD_PREFIX: ['shardPrefix', text],
  AUDITFORGE_MEMORY_BUDGET_MIB: ['memoryBudgetMiB', integer(64, 1_048_576)],
  AUDITFORGE_MAX_ACTIVE_EXPORTS: ['maxActiveExports', integer(1, 10_000)],
  AUDITFORGE_EXPORT_WAIT_SECONDS: ['exportWaitSeconds', integer(0, 300)],
  AUDITFORGE_STALL_SECONDS: ['stallSeconds', integer(1, 300)],
  AUDITFORGE_CLIENT_IDLE_SECONDS: ['clientIdleSeconds', integer(1, 3600)],
  AUDITFORGE_SHUTDOWN_GRACE_SECONDS: ['shutdownGraceSeconds', integer(0, 3600)],
  AUDITFORGE_RATE_SIGNED_URL: ['rateSignedUrl', integer(0, 1_000_000)],
  AUDITFORGE_RATE_STREAM: ['rateStream', integer(0, 1_000_000)],
  AUDITFORGE_RATE_READ: ['rateRead', integer(0, 1_000_000)],
  AUDITFORGE_RATE_ADMIN: ['rateAdmin', integer(0, 1_000_000)],
  AUDITFORGE_RATE_AUTH_FAILURES: ['rateAuthFailures', integer(0, 1_000_000)],
  AUDITFORGE_REDIS_URL: ['redisUrl', redisUrl],
  AUDITFORGE_EXPORT_RECORDS: ['exportRecords', boolean],
  AUDITFORGE_CUSTODY_TRAIL: ['custodyTrail', boolean],
  AWS_REGION: ['region', text],
};

/** Every variable of the service around the module, the setting that it sets, and how it is read. */
const SERVICE: { [variable: string]: [property: keyof Settings, parse: Parser<unknown>] } = {
  HOST: ['host', text],
  PORT: ['port', integer(0, 65_535)],
  AUDITFORGE_MANAGEMENT_PORT: ['managementPort', integer(1, 65_535)],
  AUDITFORGE_TRUSTED_PROXIES: ['trustedProxies', proxies],
  AUDITFORGE_CORS_ORIGINS: ['corsOrigins', origins],
};

const DEFAULTS = { host: '0.0.0.0', port: 3000, trustedProxies: [], corsOrigins: [] };

/** Every name that this version knows. */
export const VARIABLES = [SERVICE, OPTIONS].flatMap(Object.keys);

/** The environment is not right: every problem at once, one a line. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment';

  constructor(readonly problems: readonly string[]) {
    super(`The environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Reads and checks the environment. A variable that is set to nothing counts as not set.
 * @throws InvalidEnvironment
 */
export function readEnvironment(environment: Environment): Settings {
  const problems = unknownNames(environment);
  const read = (variable: string, parse: Parser<unknown>): unknown => {
    const value = environment[variable];
    if (value === undefined || value === '') return undefined;
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      problems.push(`${variable} ${error.message}`);
      return undefined;
    }
  };

  const given: Record<string, unknown> = {};
  for (const [variable, [property, parse]] of Object.entries(OPTIONS))
    given[property] = read(variable, parse);
  const service: Record<string, unknown> = {};
  for (const [variable, [property, parse]] of Object.entries(SERVICE))
    service[property] = read(variable, parse);

  problems.push(...optionProblems(given));
  const host = (service['host'] as string | undefined) ?? DEFAULTS.host;
  if (given['insecureCookie'] === true && !isLoopback(host)) {
    problems.push(
      `AUDITFORGE_INSECURE_COOKIE is for a HOST on loopback, such as 127.0.0.1, and not for ${host}`,
    );
  }
  const port = (service['port'] as number | undefined) ?? DEFAULTS.port;
  if (service['managementPort'] === port)
    problems.push(`AUDITFORGE_MANAGEMENT_PORT must be another port than PORT, which is ${port}`);
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  const set = Object.fromEntries(Object.entries(service).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...set, auditForge: given };
}

function unknownNames(environment: Environment): string[] {
  const known = new Set(VARIABLES);
  return Object.keys(environment)
    .filter((name) => name.startsWith('AUDITFORGE_') && !known.has(name))
    .map((name) => `${name} is not a setting: .env.example names them all`);
}

function optionProblems(given: Record<string, unknown>): string[] {
  const variableOf = new Map(
    Object.entries(OPTIONS).map(([variable, [property]]) => [property as string, variable]),
  );
  const problems = resolveOptions(given as Partial<AuditForgeOptions>).problems.map(({ property, detail }) =>
    property === 'sharedBucket' && given['sharedBucket'] === undefined
      ? 'AUDITFORGE_SHARED_BUCKET is required: the name of the platform bucket'
      : `${variableOf.get(property) ?? property} ${detail.replace('sessionJwksUrl', 'AUDITFORGE_SESSION_JWKS_URL').replace('exportRecords', 'AUDITFORGE_EXPORT_RECORDS=true')}`,
  );
  if (given['sessionSecret'] === undefined && given['sessionJwksUrl'] === undefined) {
    problems.push('AUDITFORGE_SESSION_SECRET or AUDITFORGE_SESSION_JWKS_URL is required: set exactly one');
  }
  return problems;
}
