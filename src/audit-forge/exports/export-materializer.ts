import { Injectable, Logger } from '@nestjs/common';
import type { AssembledLog, LogSummary } from '../log/assembled-log.js';
import { FORMATS, type LogFormat } from '../encoders/formats.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { S3Store } from '../s3/s3-store.js';
import { ReadBudget } from '../shards/read-budget.js';
import type { Lease } from '../turns/memory-pool.js';
import type { TurnOwner } from '../turns/turns.js';
import { ExportKeys, type ReservedKey } from './export-keys.js';
import { attachment } from './export-key.js';
import type { ExportTarget, StoredExport } from './export-object.js';
import { fromFreeSecond } from './key-taken.js';
import { MultipartWriter } from './multipart-writer.js';
import { PartMemory } from './part-memory.js';
import { LogOutgrewPlan, type PartPlan } from './part-size.js';
import { contentOf, putExport } from './put-export.js';
import type { WrittenObject } from './written-object.js';

export interface Materialization extends PartPlan {
  location: BucketLocation;
  engagementId: string;
  format: LogFormat;
  /** The time of the request: the key's second, or the first free one after it. */
  requestedAt: Date;
  owner: TurnOwner;
  signal: AbortSignal;
  /** Who may have reserved the key before. */
  exportId: string;
  /** Called directly before the object is completed. What it throws keeps the object from coming to be. */
  confirm: (pending: PendingExport) => Promise<void>;
}

/** An object that is all there, but for its completion. */
export interface PendingExport {
  key: string;
  /** The second in the key. */
  at: Date;
  written: WrittenObject;
  /** The upload that is completed; null where it is one put. */
  uploadId: string | null;
  summary: LogSummary;
}

/** A part that is being filled. */
interface OpenPart {
  lease: Lease;
  filled: number;
}

/** A log whose first part is full. */
interface BegunLog {
  part: OpenPart;
  /** What did not fit into it. */
  rest: Buffer;
  pieces: AsyncGenerator<Buffer>;
  memory: PartMemory;
}

/** Puts a log into the store as one object, or leaves nothing there. */
@Injectable()
export class ExportMaterializer {
  private readonly logger = new Logger('AuditForge');

  constructor(
    private readonly store: S3Store,
    private readonly keys: ExportKeys,
    private readonly budget: ReadBudget,
  ) {}

  /**
   * Reads the log and stores it: in one put when it ends within the first part, else as a multipart upload.
   *
   * @returns null for a log without an event: nothing has been written
   * @throws LogOutgrewPlan: start again with more room; KeyTaken when another process took the key of a
   *   multipart upload as it was completed: start again with `requestedAt` one second later; and all that
   *   reading and the store throw
   */
  async materialize(log: AssembledLog, task: Materialization): Promise<StoredExport | null> {
    const { partBytes, owner, signal } = task;
    // Parts get their memory before any segment does: who waits for it here holds nothing that others need.
    const memory = await PartMemory.open(this.budget.parts, partBytes, owner, signal);
    const pieces = log.pieces();
    try {
      const part = { lease: memory.take()!, filled: 0 };
      const rest = await fill(part, pieces);
      if (rest !== undefined) {
        if (task.isWholeLog)
          throw new LogOutgrewPlan(task.engagementId, `it has more than ${partBytes} bytes`);
        return await this.multipart({ part, rest, pieces, memory }, log, task);
      }
      if (log.summary.eventCount === 0) return null;
      return await this.put(part.lease.bytes.subarray(0, part.filled), log, task);
    } finally {
      await pieces.return(undefined);
      memory.close();
    }
  }

  private put(body: Buffer, log: AssembledLog, task: Materialization): Promise<StoredExport> {
    const written = contentOf(body);
    return fromFreeSecond(task.requestedAt, async (from) => {
      const reserved = await this.reserve(task, from);
      try {
        await task.confirm(pending(reserved, written, null, log));
        return await putExport(this.store, target(task, reserved), body, task.signal, written);
      } finally {
        reserved.release();
      }
    });
  }

  private async multipart(begun: BegunLog, log: AssembledLog, task: Materialization): Promise<StoredExport> {
    const reserved = await this.reserve(task, task.requestedAt);
    try {
      const writer = await MultipartWriter.create(this.store, target(task, reserved), task.signal);
      try {
        await uploadParts(writer, begun);
        await task.confirm(pending(reserved, await writer.allArrived(), writer.uploadId, log));
        return await writer.complete();
      } catch (error) {
        if (!(await writer.abort())) {
          this.logger.error({ msg: 'auditforge_export_upload_left_open', key: reserved.key });
        }
        throw error;
      }
    } finally {
      reserved.release();
    }
  }

  private reserve(
    { location, engagementId, format, signal, exportId }: Materialization,
    from: Date,
  ): Promise<ReservedKey> {
    return this.keys.reserve(location, engagementId, format, from, signal, exportId);
  }
}

function pending(
  { key, at }: ReservedKey,
  written: WrittenObject,
  uploadId: string | null,
  { summary }: AssembledLog,
): PendingExport {
  return { key, at, written, uploadId, summary };
}

async function uploadParts(writer: MultipartWriter, { part, rest, pieces, memory }: BegunLog): Promise<void> {
  let full = part;
  let left: Buffer | undefined = rest;
  while (left !== undefined) {
    startPart(writer, full, memory);
    let lease = memory.take();
    while (lease === undefined) {
      await writer.oneDone();
      lease = memory.take();
    }
    full = { lease, filled: 0 };
    left = await fill(full, pieces, left);
  }
  startPart(writer, full, memory);
}

function startPart(writer: MultipartWriter, { lease, filled }: OpenPart, memory: PartMemory): void {
  writer.start(lease.bytes.subarray(0, filled), () => memory.giveBack(lease));
}

/**
 * Copies pieces into the part until it is full.
 * @param left what did not fit into the part before
 * @returns what does not fit any more, or undefined when the log has ended
 */
async function fill(
  part: OpenPart,
  pieces: AsyncGenerator<Buffer>,
  left: Buffer = Buffer.alloc(0),
): Promise<Buffer | undefined> {
  let piece = left;
  for (;;) {
    const copied = piece.copy(part.lease.bytes, part.filled);
    part.filled += copied;
    if (copied < piece.length) return piece.subarray(copied);
    const next = await pieces.next();
    if (next.done === true) return undefined;
    piece = next.value;
  }
}

function target({ location, format }: Materialization, { key, fileName, at }: ReservedKey): ExportTarget {
  return {
    location,
    key,
    at,
    headers: {
      ContentType: FORMATS[format].contentType,
      ContentDisposition: attachment(fileName),
      CacheControl: 'private, no-store',
    },
  };
}
