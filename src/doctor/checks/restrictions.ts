import type { BucketContext } from '../bucket-context.js';
import { failureOf } from '../../provision/failure.js';
import { amber, green, red, type Check, type Finding } from '../finding.js';
import { putObject, shardPrefix } from '../object-calls.js';

const BODY = Buffer.from('{}\n');

/** Whoever can write shards can write evidence. */
export const noShards: Check = {
  id: 'no-shard-writes',
  title: 'may not put a shard',
  needs: ['reachable'],
  run: (context) => mustBeRefused(context, `${shardPrefix(context)}doctor.jsonl`),
};

/** Whoever can write records chooses the bucket that a log comes from. */
export const noRecords: Check = {
  id: 'no-record-writes',
  title: 'may not put a record',
  needs: ['reachable'],
  run: (context) => mustBeRefused(context, `auditforge/engagements/${context.mark}.json`),
};

async function mustBeRefused(context: BucketContext, key: string): Promise<Finding> {
  try {
    await putObject(context, key, BODY);
  } catch (error) {
    const { reason, code } = failureOf(error);
    if (reason === 'access_denied') return green(`right: refused (${code})`);
    throw error;
  }
  const prefix = key.slice(0, key.indexOf(context.mark));
  const left = await removeAgain(context, key);
  const limit = `Limit s3:PutObject of these credentials as docs/iam-policy.json does${left}`;
  return context.isAws
    ? red(`the service can write under ${prefix}`, `${limit}.`)
    : amber(
        `the service can write under ${prefix}`,
        `${limit}, with a user of its own, where this store can.`,
      );
}

async function removeAgain(context: BucketContext, key: string): Promise<string> {
  try {
    await context.remove(key);
    return '';
  } catch {
    context.written.delete(key);
    return `, and remove ${key}, which the service may not`;
  }
}
