import { IsInt, Max, Min, registerDecorator, type ValidationOptions } from 'class-validator';

const ID = '{engagement_id}';
/** Prefixes of the other things in the bucket: a shard prefix that overlaps one would read them as shards. */
const RESERVED_PREFIXES = ['auditforge/engagements/', 'auditforge/exports/', 'auditforge/export-records/'];

/** What is wrong with a shard prefix, or undefined. One mistake here would merge the logs of all clients. */
export function shardPrefixProblem(prefix: string): string | undefined {
  const segments = prefix.split('/');
  if (segments.filter((segment) => segment === ID).length !== 1 || prefix.split(ID).length !== 2) {
    return `must hold ${ID} once, as a whole path segment`;
  }
  if (!prefix.endsWith('/')) return 'must end with /';
  if (segments.slice(0, -1).includes('')) return 'must not start with / or hold an empty segment';
  if (!/^[\w.{}/-]+$/.test(prefix)) return 'must be of letters, digits, dot, hyphen, underscore and /';
  const root = prefix.slice(0, prefix.indexOf(ID));
  if (RESERVED_PREFIXES.some((reserved) => prefix.startsWith(reserved) || reserved.startsWith(root))) {
    if (root !== 'auditforge/') return `must not overlap ${RESERVED_PREFIXES.join(', ')}`;
    return `must not have ${ID} directly under auditforge/, where ${RESERVED_PREFIXES.join(', ')} lie`;
  }
  return undefined;
}

/** What is wrong with an address, or undefined. */
export function endpointProblem(value: string, httpOnLoopbackOnly = false): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'must be an http:// or https:// address';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not hold a query or a fragment';
  const loopback =
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
  if (httpOnLoopbackOnly && url.protocol === 'http:' && !loopback) return 'must be an https:// address';
  return undefined;
}

export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    IsInt({ message: 'must be a whole number' })(target, property);
    Min(min, { message: `must be at least ${min}` })(target, property);
    Max(max, { message: `must be at most ${max}` })(target, property);
  };
}

const MIN_DISTINCT_CHARACTERS = 8;
/** As .env.example and documents write what is to be filled in. */
const PLACEHOLDER = /^<.*>$|change.?me|replace.?(me|this)/i;

/** Why a secret can be guessed, or undefined. Length alone does not make one. */
export function guessable(secret: string): string | undefined {
  if (secret === '') return undefined;
  const isMadeUp = PLACEHOLDER.test(secret) || new Set(secret).size < MIN_DISTINCT_CHARACTERS;
  return isMadeUp ? 'can be guessed: make one with openssl rand -base64 32' : undefined;
}

export function IsShardPrefix(): PropertyDecorator {
  return checkedBy('isShardPrefix', shardPrefixProblem);
}

export function IsEndpoint(options: { httpOnLoopbackOnly?: boolean } = {}): PropertyDecorator {
  return checkedBy('isEndpoint', (value) => endpointProblem(value, options.httpOnLoopbackOnly));
}

/** At least so many bytes in UTF-8: what counts for a secret, and not its characters. */
export function HasByteLength(min: number, options?: ValidationOptions): PropertyDecorator {
  return checkedBy('hasByteLength', (value) =>
    Buffer.byteLength(value) >= min
      ? undefined
      : String(options?.message ?? `must be at least ${min} bytes long`),
  );
}

function checkedBy(name: string, problem: (value: string) => string | undefined): PropertyDecorator {
  const problemOf = (value: unknown) => (typeof value === 'string' ? problem(value) : 'must be a string');
  return (target, propertyName) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (args) => problemOf(args?.value) ?? 'is not valid',
      },
    });
  };
}
