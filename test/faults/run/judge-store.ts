import { setTimeout as sleep } from 'node:timers/promises';
import type { RunObjects } from '../store/run-objects.js';
import type { Circumstances } from './circumstances.js';
import { silent, wrong, type Verdict } from './verdict.js';

/** What an export has left in the store, once it is over. @returns undefined where that is as it must be */
export async function judgeStore(
  objects: RunObjects,
  { outcome }: Verdict,
  { expected, traffic }: Circumstances,
): Promise<Verdict | undefined> {
  if (traffic.writes === 0) return undefined;
  const uploads = traffic.uploads === 0 ? 0 : await settledUploads(objects);
  if (uploads > 0) return wrong(`${uploads} multipart uploads left open`);
  const exports = await objects.exports();
  if (exports.length > 1) return wrong(`${exports.length} objects for one export`);
  // That there is one, and which, its link has shown.
  if (outcome === 'exact' || exports.length === 0) return undefined;
  const bytes = await objects.exported(exports[0]!);
  const isRight = expected.some((log) => !log.isCorrupt && log.events > 0 && log.bytes.equals(bytes));
  return isRight ? undefined : silent('an object that is not the log');
}

/** A request whose connection is gone may still be at work in the store for a moment. */
async function settledUploads(objects: RunObjects): Promise<number> {
  let uploads = await objects.openUploads();
  for (let tries = 0; uploads > 0 && tries < 10; tries++) {
    await sleep(50);
    uploads = await objects.openUploads();
  }
  return uploads;
}
