import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Blob, Blobs } from './blobs.js';
import type { Algorithm, ChecksumType } from './checksums.js';
import { S3Error } from './s3-error.js';
import { writeJson } from './write-json.js';

export interface Part {
  number: number;
  size: number;
  /** Without quotes: the MD5 in hex. */
  etag: string;
  lastModified: string;
  /** Base64. */
  checksum?: { algorithm: Algorithm; value: string };
  blob: Blob;
}

interface UploadRecord {
  id: string;
  key: string;
  initiated: string;
  headers: Record<string, string>;
  /** What the upload was created with; parts have their checksum by it. */
  checksum?: { algorithm: Algorithm; type: ChecksumType };
}

export interface Upload extends UploadRecord {
  parts: Map<number, Part>;
}

/** The unfinished multipart uploads of a bucket: a folder each, in it `upload.json` and one file for each part. */
export class Uploads {
  private readonly uploads = new Map<string, Upload>();

  /** @param completed uploads that became objects; a kill can leave their folders behind */
  constructor(
    private readonly dir: string,
    private readonly blobStore: Blobs,
    completed: ReadonlySet<string | undefined>,
  ) {
    mkdirSync(dir, { recursive: true });
    for (const id of readdirSync(dir)) {
      const files = readdirSync(join(dir, id)).filter((name) => name.endsWith('.json'));
      if (completed.has(id) || !files.includes('upload.json')) {
        rmSync(join(dir, id), { recursive: true });
        continue;
      }
      const read = (name: string): string => readFileSync(join(dir, id, name), 'utf8');
      const record: UploadRecord = JSON.parse(read('upload.json'));
      const parts = files
        .filter((name) => name !== 'upload.json')
        .map((name): Part => JSON.parse(read(name)));
      this.uploads.set(id, { ...record, parts: new Map(parts.map((part) => [part.number, part])) });
    }
  }

  create(draft: Omit<UploadRecord, 'id'>): Upload {
    const record = { ...draft, id: randomBytes(16).toString('hex') };
    mkdirSync(join(this.dir, record.id));
    writeJson(join(this.dir, record.id, 'upload.json'), record);
    const upload = { ...record, parts: new Map() };
    this.uploads.set(record.id, upload);
    return upload;
  }

  /** @throws S3Error NoSuchUpload */
  get(key: string, id: string): Upload {
    const upload = this.uploads.get(id);
    if (upload?.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }

  /** By the key's UTF-8 bytes, then by age. */
  list(prefix: string): Upload[] {
    return Array.from(this.uploads.values())
      .filter(({ key }) => key.startsWith(prefix))
      .toSorted(
        (a, b) =>
          Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.initiated < b.initiated ? -1 : 1),
      );
  }

  /**
   * Keeps a part in place of an earlier one of its number.
   * @throws S3Error NoSuchUpload if the upload was ended while the part came in; its bytes are discarded then
   */
  addPart(upload: Upload, part: Part): void {
    if (!this.uploads.has(upload.id)) {
      this.blobStore.discard([part.blob]);
      throw new S3Error('NoSuchUpload');
    }
    const earlier = upload.parts.get(part.number);
    writeJson(join(this.dir, upload.id, `${part.number}.json`), part);
    upload.parts.set(part.number, part);
    if (earlier) this.blobStore.discard([earlier.blob]);
  }

  /** Forgets an upload and the bytes of all its parts but those that `kept` now belong to an object. */
  end(upload: Upload, kept: readonly Part[] = []): void {
    this.uploads.delete(upload.id);
    rmSync(join(this.dir, upload.id), { recursive: true, force: true });
    const rest = Array.from(upload.parts.values()).filter((part) => !kept.includes(part));
    this.blobStore.discard(rest.map(({ blob }) => blob));
  }

  blobs(): Blob[] {
    return Array.from(this.uploads.values()).flatMap(({ parts }) =>
      Array.from(parts.values(), ({ blob }) => blob),
    );
  }
}
