/** What a record's bytes are by the contract: `unsure` where it leaves a field's form open. */
export type RecordVerdict =
  { kind: 'invalid' } | { kind: 'unsure' } | { kind: 'valid'; bucket: string | null; isPlain: boolean };

const MAX_BYTES = 64 * 1024;
const INVALID: RecordVerdict = { kind: 'invalid' };

/** The rules of engagement records, written down once more. */
export function recordVerdict(bytes: Buffer, id: string): RecordVerdict {
  if (bytes.length > MAX_BYTES) return INVALID;
  const record = parse(bytes.toString().replace(/^\ufeff/, ''));
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return INVALID;
  const own = (name: string) =>
    Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : null;
  const [bucket, region, account] = [own('source_bucket'), own('source_region'), own('source_account')];
  if (own('id') !== id || !isText(own('name')) || !isText(own('status')) || !isText(own('created_at')))
    return INVALID;
  if (bucket !== null && !isBucket(bucket)) return INVALID;
  if (region !== null && !matches(region, /^(?!-)[a-z0-9-]{1,32}(?<!-)$/)) return INVALID;
  if (account !== null && !matches(account, /^[0-9]{12}$/)) return INVALID;
  const isOpen =
    (own('name') as string).length > 1_000 ||
    (own('status') as string).length > 100 ||
    own('created_at') !== '2026-05-01T09:00:00Z';
  if (isOpen) return { kind: 'unsure' };
  return { kind: 'valid', bucket: bucket as string | null, isPlain: region === null && account === null };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucket(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    matches(name, /^[a-z0-9.-]{3,63}$/) &&
    !/^[.-]|[.-]$|\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-)|(-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/.test(name)
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}
