import { createHash } from 'node:crypto';
import type { BenchBucket } from '../stores/bench-bucket.js';
import type { Variant } from '../variants/variant.js';
import type { StoredWorkload } from '../workloads/upload.js';
import { ADMIN_TOKEN, type Exporter } from './exporter.js';
import { exportUrl, requireSize, runExport } from './run-export.js';

/** One export whose bytes are all read: JSON lines are held to their SHA-256, an array to its size. */
export async function verifyExport(
  exporter: Exporter,
  variant: Variant,
  workload: StoredWorkload,
  bucket: BenchBucket,
  signal: AbortSignal,
  onExported: () => Promise<void>,
): Promise<void> {
  if (variant.delivery === 'stream') {
    const answer = await fetch(exportUrl(exporter, variant, workload), {
      headers: { 'x-admin-token': ADMIN_TOKEN, 'accept-encoding': 'identity' },
      signal,
    });
    if (!answer.ok) throw new Error(`${variant.name} answered ${answer.status}: ${await answer.text()}`);
    await verify(variant, workload, answer.body!);
    await onExported();
    return;
  }
  const { key } = await runExport(exporter, variant, workload, signal);
  await onExported();
  await verify(variant, workload, await bucket.read(key!, signal));
  await bucket.remove(key!);
}

async function verify(
  variant: Variant,
  workload: StoredWorkload,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
  }
  requireSize(variant, workload, size);
  if (variant.format === 'jsonl' && hash.digest('hex') !== workload.sha256) {
    throw new Error(`${variant.name} gave other bytes of ${workload.name} than were put.`);
  }
}
