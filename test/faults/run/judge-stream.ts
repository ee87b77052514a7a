import { constants, gunzipSync } from 'node:zlib';
import { sha256Of, type ReferenceLog } from '../log/reference-log.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { Circumstances } from './circumstances.js';
import type { Answer } from './client.js';
import { judgeProblem } from './judge-problem.js';
import { EXACT, LEFT, loud, silent, wrong, type Verdict } from './verdict.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;

export function judgeStream(plan: RunPlan, answer: Answer, circumstances: Circumstances): Verdict {
  if (answer.status >= 400) return answer.hasLeft ? LEFT : judgeProblem(answer, circumstances);
  if (circumstances.traffic.writes > 0) return wrong('a stream wrote to the store');
  if (answer.status === 0) return answer.hasLeft ? LEFT : wrong('no answer');
  const bytes = decoded(answer);
  if (bytes === undefined) return silent('a body that ends cleanly and is no gzip');
  if (answer.isCut) return judgePart(plan, bytes, answer, circumstances);
  // Shards that come or go without an event leave several logs of the same bytes.
  const logs = circumstances.expected.filter(
    (expected) => !expected.isCorrupt && expected.bytes.equals(bytes),
  );
  if (logs.length === 0) return silent(`${bytes.length} bytes that are not the log`);
  const faults = logs.map((log) => trailerFault(plan, answer, log));
  return headFault(plan, answer) ?? (faults.includes(undefined) ? undefined : faults[0]) ?? EXACT;
}

/** A body that was cut must be the start of the log. */
function judgePart(plan: RunPlan, bytes: Buffer, answer: Answer, circumstances: Circumstances): Verdict {
  // Of a shard of several segments what comes before its last one goes out before the whole is checked.
  const mayBeFlipped =
    circumstances.traffic.has('flip') && plan.shards.some(({ stored }) => stored.length > SEGMENT_BYTES);
  const isStart = circumstances.expected.some(
    (expected) =>
      bytes.length <= expected.bytes.length && expected.bytes.subarray(0, bytes.length).equals(bytes),
  );
  if (!isStart && !mayBeFlipped)
    return silent(`cut after ${bytes.length} bytes that are no start of the log`);
  if (answer.hasLeft) return LEFT;
  return circumstances.areBad ? loud('reset') : wrong('reset without a reason');
}

/** @returns undefined for what should be whole gzip and is not */
function decoded({ headers, body, isCut }: Answer): Buffer | undefined {
  if (headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, isCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
  } catch {
    return isCut ? Buffer.alloc(0) : undefined;
  }
}

function headFault({ format, engagement, acceptsGzip }: RunPlan, { headers }: Answer): Verdict | undefined {
  const isJsonl = format === 'jsonl';
  const type = isJsonl ? 'application/x-ndjson' : 'application/json';
  if (headers['content-type']?.split(';')[0] !== type) return wrong(`type ${headers['content-type']}`);
  const name = new RegExp(`^attachment; filename="${engagement}-\\d{8}T\\d{6}Z\\.jsonl"$`);
  const disposition = headers['content-disposition'];
  if (isJsonl ? !name.test(disposition ?? '') : disposition !== undefined) {
    return wrong(`Content-Disposition ${disposition}`);
  }
  if ((headers['content-encoding'] === 'gzip') !== acceptsGzip) return wrong('another coding than asked for');
  return headers['cache-control'] === 'no-store'
    ? undefined
    : wrong(`Cache-Control ${headers['cache-control']}`);
}

function trailerFault(
  { wantsTrailers }: RunPlan,
  { trailers, headers }: Answer,
  { bytes, events, shards }: ReferenceLog,
): Verdict | undefined {
  const isCoded = headers['content-encoding'] !== undefined;
  const digest = `sha-256=:${Buffer.from(sha256Of(bytes), 'hex').toString('base64')}:`;
  const right = !wantsTrailers
    ? {}
    : {
        ...(isCoded ? {} : { 'repr-digest': digest }),
        'auditforge-event-count': String(events),
        'auditforge-shard-count': String(shards),
      };
  const isRight = JSON.stringify(trailers) === JSON.stringify(right);
  return isRight ? undefined : wrong(`trailers ${JSON.stringify(trailers)}, not ${JSON.stringify(right)}`);
}
