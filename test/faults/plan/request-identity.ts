import type { StoreRequest } from '../../support/faults/fault.js';

const RECORD = /^auditforge\/engagements\/(.+)\.json$/;
const SHARD = /^auditforge\/audit\/([^/]+)\/(.*)$/s;
const EXPORT = /^auditforge\/exports\/(.+)-\d{8}T\d{6}Z\.(jsonl|json)$/;

/** What a request is about, whatever the time is and whichever of the requests it is. */
export interface RequestIdentity {
  engagement: string;
  what: 'record' | 'listing' | 'shard' | 'export';
  operation: string;
  /** Of a shard, its name. */
  name: string;
  /**
   * The page, part or range. Of a range its end alone: where a read is taken up again depends on how many
   * bytes of a cut connection have arrived.
   */
  part: string;
}

/** @returns undefined for what belongs to no engagement, such as the region of a bucket */
export function identityOf({ operation, key, query, headers }: StoreRequest): RequestIdentity | undefined {
  const record = RECORD.exec(key);
  if (record !== null) return { engagement: record[1]!, what: 'record', operation, name: '', part: '' };
  const shard = SHARD.exec(key);
  if (shard !== null) {
    const part = /-(\d+)$/.exec(String(headers['range'] ?? ''))?.[1] ?? 'whole';
    return { engagement: shard[1]!, what: 'shard', operation, name: shard[2]!, part };
  }
  // Uploads are listed by the key of their object.
  const exported = EXPORT.exec(key === '' ? (query.get('prefix') ?? '') : key);
  if (exported !== null) {
    const part = query.get('partNumber') ?? '';
    return { engagement: exported[1]!, what: 'export', operation, name: '', part };
  }
  const listed = SHARD.exec(query.get('prefix') ?? '');
  if (listed === null) return undefined;
  const part = query.get('continuation-token') ?? 'first';
  return { engagement: listed[1]!, what: 'listing', operation, name: '', part };
}

export function textOf({ what, operation, name, part }: RequestIdentity): string {
  return [operation, what, name, part].filter((word) => word !== '').join(' ');
}
