import type { Variant } from '../variants/variant.js';
import type { StoredWorkload } from '../workloads/upload.js';
import { ADMIN_TOKEN, type Exporter } from './exporter.js';
import { getRaw } from './get-raw.js';

const EXPORT_WITHIN_MS = 600_000;

export interface ExportRun {
  wallMs: number;
  firstByteMs: number;
  /** Of `signed_url`: the object that was made. */
  key?: string;
}

/** One export from the outside, held to its size. @param onBody when the first byte is there */
export async function runExport(
  exporter: Exporter,
  variant: Variant,
  workload: StoredWorkload,
  signal: AbortSignal,
  onBody?: () => void,
): Promise<ExportRun> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(EXPORT_WITHIN_MS)]);
  const url = exportUrl(exporter, variant, workload);
  const answer = await getRaw(url, { 'x-admin-token': ADMIN_TOKEN }, limited, onBody);
  const { status, bytes, text, wallMs, firstByteMs } = answer;
  if (status !== 200) throw new Error(`${variant.name} answered ${status}: ${text.slice(0, 500)}`);
  if (variant.delivery === 'stream') {
    requireSize(variant, workload, bytes);
    return { wallMs, firstByteMs };
  }
  const link = JSON.parse(jsonOf(text)) as { s3_key: string; size_bytes: number };
  requireSize(variant, workload, link.size_bytes);
  return { wallMs, firstByteMs, key: link.s3_key };
}

export function exportUrl({ url }: Exporter, { delivery, format }: Variant, to: StoredWorkload): string {
  return `${url}/auditforge/engagement/${to.engagementId}/audit-log?format=${format}&delivery=${delivery}`;
}

export function sizeOf({ format }: Variant, { jsonBytes, jsonlBytes }: StoredWorkload): number {
  return format === 'json' ? jsonBytes : jsonlBytes;
}

export function requireSize(variant: Variant, workload: StoredWorkload, bytes: number): void {
  const expected = sizeOf(variant, workload);
  if (bytes !== expected) {
    throw new Error(`${variant.name} gave ${bytes} bytes of ${workload.name} instead of ${expected}.`);
  }
}

/** Of an answer that may have come in chunks: the object in it. */
function jsonOf(text: string): string {
  return text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
}
