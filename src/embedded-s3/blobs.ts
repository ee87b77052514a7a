import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A run of bytes on disk, under a name of its own. An object is one of them, or one for each part. */
export interface Blob {
  id: string;
  size: number;
}

/** The bytes of one bucket. They are streamed both ways: memory does not grow with an object. */
export class Blobs {
  /** How many answers are being read from a blob now; one that is discarded meanwhile goes when the last has ended. */
  private readonly readers = new Map<string, number>();
  private readonly discarded = new Set<string>();

  constructor(private readonly dir: string) {
    mkdirSync(dir, { recursive: true });
  }

  /** Writes all of `source`; if that fails, nothing is left. */
  async write(source: AsyncIterable<Buffer>): Promise<Blob> {
    const id = randomUUID();
    const path = join(this.dir, id);
    // Opened before anything can fail: a file that is opened later would come back after it was removed.
    const file = (await open(path, 'wx')).createWriteStream();
    try {
      await pipeline(source, file);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
    return { id, size: file.bytesWritten };
  }

  /** Bytes `start` to `end` (both included) of the blobs put one after the other. */
  read(blobs: readonly Blob[], start: number, end: number): Readable {
    const stream = Readable.from(this.chunks(blobs, start, end), { highWaterMark: 1 });
    for (const { id } of blobs) this.readers.set(id, (this.readers.get(id) ?? 0) + 1);
    return stream.once('close', () => blobs.forEach(({ id }) => this.release(id)));
  }

  discard(blobs: readonly Blob[]): void {
    for (const { id } of blobs) {
      if (this.readers.has(id)) this.discarded.add(id);
      else rmSync(join(this.dir, id), { force: true });
    }
  }

  /** Removes what a killed process left: blobs that belong to no object and no upload. */
  keepOnly(blobs: Iterable<Blob>): void {
    const kept = new Set(Array.from(blobs, ({ id }) => id));
    for (const id of readdirSync(this.dir)) if (!kept.has(id)) rmSync(join(this.dir, id));
  }

  private async *chunks(blobs: readonly Blob[], start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { id, size } of blobs) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size - 1);
      if (from <= to)
        yield* createReadStream(join(this.dir, id), { start: from, end: to, highWaterMark: 1 << 18 });
      offset += size;
    }
  }

  private release(id: string): void {
    const left = this.readers.get(id)! - 1;
    if (left > 0) {
      this.readers.set(id, left);
      return;
    }
    this.readers.delete(id);
    if (this.discarded.delete(id)) rmSync(join(this.dir, id), { force: true });
  }
}
