import { resolveOptions, type AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import { CommandError } from '../command-line.js';
import { boolean, InvalidValue } from '../config/parsers.js';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = {
  region: 'AWS_REGION',
  s3Endpoint: 'AUDITFORGE_S3_ENDPOINT',
  s3ForcePathStyle: 'AUDITFORGE_S3_FORCE_PATH_STYLE',
} as const satisfies Partial<Record<keyof AuditForgeOptions, string>>;

/**
 * How to reach the store, from the variables that the service has for that. Its others may be absent.
 * @throws CommandError
 */
export function s3Settings(environment: Environment, bucket: string): AuditForgeOptions {
  const problems: string[] = [];
  const { options, problems: found } = resolveOptions({
    sharedBucket: bucket,
    region: environment[VARIABLES.region] || undefined,
    s3Endpoint: environment[VARIABLES.s3Endpoint] || undefined,
    s3ForcePathStyle: pathStyle(environment, problems),
  });
  for (const { property, detail } of found) {
    problems.push(
      property in VARIABLES ? `${VARIABLES[property as keyof typeof VARIABLES]} ${detail}` : detail,
    );
  }
  if (problems.length > 0) throw new CommandError(`The environment is not right: ${problems.join('; ')}.`);
  return options;
}

function pathStyle(environment: Environment, problems: string[]): boolean | undefined {
  const value = environment[VARIABLES.s3ForcePathStyle];
  if (value === undefined || value === '') return undefined;
  try {
    return boolean(value);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    problems.push(`${VARIABLES.s3ForcePathStyle} ${error.message}`);
    return undefined;
  }
}
