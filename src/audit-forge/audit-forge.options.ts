import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types';
import { IsArray, IsBoolean, IsOptional, IsString, Matches, MinLength, validateSync } from 'class-validator';
import { BUCKET_NAME, BUCKET_PATTERN, REGION_NAME } from './names.js';
import { guessable, HasByteLength, IsEndpoint, IsShardPrefix, IsWholeNumber } from './options.validators.js';

export interface AdminToken {
  /** Who holds it; becomes the caller's subject. */
  label: string;
  token: string;
}

/**
 * What a host configures. Only `sharedBucket` is required; each other property has the default of its
 * environment variable (see docs/operations.md).
 */
export class AuditForgeOptions {
  /** The platform bucket: engagement records, and the shards of engagements that name no bucket. */
  @Matches(BUCKET_NAME, { message: 'must be the name of an S3 bucket (3 to 63 of a-z, 0-9, dot and hyphen)' })
  sharedBucket!: string;

  /** Buckets that an engagement record may name, `*` inside a name; undefined: any. */
  @IsOptional()
  @IsArray()
  @Matches(BUCKET_PATTERN, { each: true, message: 'must be bucket names, with * for any part of a name' })
  sourceBuckets?: string[];

  /** Tokens of the platform admin, at least 32 characters each. */
  @IsArray()
  adminTokens: AdminToken[] = [];

  /** HS256 secret of session tokens, at least 32 bytes. This or `sessionJwksUrl`, or a verifier of the host's. */
  @IsOptional()
  @IsString()
  @HasByteLength(32, { message: 'must be at least 32 bytes long' })
  sessionSecret?: string;

  /** Address of a JWKS whose RS256, ES256 and EdDSA keys sign session tokens. `http:` on loopback alone. */
  @IsOptional()
  @IsEndpoint({ httpOnLoopbackOnly: true })
  sessionJwksUrl?: string;

  /** The `iss` that a session token must have. */
  @MinLength(1, { message: 'must not be empty' })
  sessionIssuer = 'auditforge';

  /** The `aud` that a session token must hold. */
  @MinLength(1, { message: 'must not be empty' })
  sessionAudience = 'auditforge';

  /** Lets the session cookie of pages do without TLS, for pages on loopback alone. */
  @IsBoolean()
  insecureCookie = false;

  /** Region of the shared bucket; default: what the SDK finds. */
  @IsOptional()
  @Matches(REGION_NAME, { message: 'must be a region such as eu-central-1' })
  region?: string;

  /** Credentials; default: the SDK's own chain. */
  @IsOptional()
  credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;

  /** Address of an S3-compatible store; default: AWS. */
  @IsOptional()
  @IsEndpoint()
  s3Endpoint?: string;

  /** Bucket in the path (`/bucket/key`) and not in the host name. */
  @IsBoolean()
  s3ForcePathStyle = false;

  /** The address that links are signed for, where clients reach the store by another name. */
  @IsOptional()
  @IsEndpoint()
  s3PublicEndpoint?: string;

  /** Where shards lie; holds `{engagement_id}` once, as a whole segment. */
  @IsShardPrefix()
  shardPrefix = 'auditforge/audit/{engagement_id}/';

  /** MiB of log held at once, whole process. */
  @IsWholeNumber(64, 1_048_576)
  memoryBudgetMiB = 256;

  /** Exports at work at once. */
  @IsWholeNumber(1, 10_000)
  maxActiveExports = 32;

  /** Seconds that a further export waits for its turn before it is refused. */
  @IsWholeNumber(0, 300)
  exportWaitSeconds = 10;

  /** Seconds without a byte after which a read from the store is dropped and resumed. */
  @IsWholeNumber(1, 300)
  stallSeconds = 15;

  /** Seconds without progress after which a client is cut off. */
  @IsWholeNumber(1, 3600)
  clientIdleSeconds = 60;

  /** Seconds that running exports have to finish once the process is told to stop. */
  @IsWholeNumber(0, 3600)
  shutdownGraceSeconds = 10;

  /** Links that a session subject may ask for in a minute. 0: no limit. */
  @IsWholeNumber(0, 1_000_000)
  rateSignedUrl = 30;

  /** Streams that a session subject may ask for in a minute. 0: no limit. */
  @IsWholeNumber(0, 1_000_000)
  rateStream = 60;

  /** Other requests of a session subject in a minute. 0: no limit. */
  @IsWholeNumber(0, 1_000_000)
  rateRead = 300;

  /** Requests of an admin label in a minute. 0: no limit. */
  @IsWholeNumber(0, 1_000_000)
  rateAdmin = 600;

  /** Failed authentications of an address in a minute. A valid credential is let in all the same. 0: no limit. */
  @IsWholeNumber(0, 1_000_000)
  rateAuthFailures = 300;

  /**
   * Whether each export leaves a record in the shared bucket, by which it can be found again. Without records
   * there are no routes under `audit-log/exports`.
   */
  @IsBoolean()
  exportRecords = true;

  /** Whether every hand-over becomes an event of the engagement's own log. Needs records. */
  @IsBoolean()
  custodyTrail = false;

  /** Redis, in which instances count requests together; default: each counts for itself. */
  @IsOptional()
  @Matches(/^rediss?:\/\//, { message: 'must be a redis:// or rediss:// address' })
  redisUrl?: string;
}

/** An option that is not right: its property and what would be. */
export interface OptionProblem {
  property: string;
  detail: string;
}

/** The options with their defaults, and every problem in them. */
export function resolveOptions(given: Partial<AuditForgeOptions>): {
  options: AuditForgeOptions;
  problems: OptionProblem[];
} {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const options = Object.assign(new AuditForgeOptions(), Object.fromEntries(set));
  const problems = validateSync(options, { forbidUnknownValues: false }).flatMap(
    ({ property, constraints }) => Object.values(constraints ?? {}).map((detail) => ({ property, detail })),
  );
  if (options.sessionSecret !== undefined && options.sessionJwksUrl !== undefined) {
    problems.push({ property: 'sessionSecret', detail: 'and sessionJwksUrl are both set: set exactly one' });
  }
  if (options.custodyTrail && !options.exportRecords)
    problems.push({ property: 'custodyTrail', detail: 'needs exportRecords' });
  for (const [index, { token }] of options.adminTokens.entries()) {
    const problem = token.length < 32 ? 'must be at least 32 characters long' : guessable(token);
    if (problem !== undefined)
      problems.push({ property: 'adminTokens', detail: `token ${index + 1} ${problem}` });
  }
  const secretProblem = guessable(options.sessionSecret ?? '');
  if (secretProblem !== undefined && !problems.some(({ property }) => property === 'sessionSecret'))
    problems.push({ property: 'sessionSecret', detail: secretProblem });
  return { options, problems };
}

/** @throws Error that names every problem at once. */
export function checkedOptions(given: Partial<AuditForgeOptions>): AuditForgeOptions {
  const { options, problems } = resolveOptions(given);
  if (problems.length === 0) return options;
  const list = problems.map(({ property, detail }) => `  ${property} ${detail}`);
  throw new Error(`AuditForgeModule cannot start:\n${list.join('\n')}`);
}
