import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Blobs, type Blob } from './blobs.js';
import type { Checksum } from './checksums.js';
import { KeyIndex } from './key-index.js';
import { S3Error } from './s3-error.js';
import { Uploads } from './uploads.js';
import { writeJson } from './write-json.js';

/** One version of an object, as it is kept on disk. */
export interface Version {
  /** `null` (the word) if it was written without versioning. */
  versionId: string;
  /** ISO 8601, whole seconds as S3 gives them. */
  lastModified: string;
  deleteMarker?: boolean;
  /** Without quotes. */
  etag: string;
  size: number;
  /** Content-Type and its like, and `x-amz-meta-…`; given back as they came. */
  headers: Record<string, string>;
  checksum?: Checksum;
  blobs: Blob[];
  /** The multipart upload it came from. */
  uploadId?: string;
}

interface Settings {
  versioning?: 'Enabled' | 'Suspended';
  /** The XML of each configuration that was put, by its query parameter (`encryption`, `lifecycle`, …). */
  configurations: Record<string, string>;
}

/**
 * A bucket in a folder: `bucket.json` its settings, `objects/` one file for each key with all its versions (named by
 * the key's SHA-256, since a key can be longer than a file name and hold anything), `blobs/` the bytes, `uploads/`.
 *
 * All of it but the bytes is held in memory too. Changes are synchronous, so each is seen whole or not at all.
 */
export class Bucket {
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly settings: Settings = { configurations: {} };
  private readonly objects: string;
  /** Versions by key, newest first. */
  private readonly records = new Map<string, Version[]>();
  private readonly index: KeyIndex;

  constructor(
    readonly name: string,
    private readonly dir: string,
  ) {
    this.objects = join(dir, 'objects');
    mkdirSync(this.objects, { recursive: true });
    const settings = join(dir, 'bucket.json');
    if (existsSync(settings)) this.settings = JSON.parse(readFileSync(settings, 'utf8'));
    for (const file of readdirSync(this.objects).filter((entry) => entry.endsWith('.json'))) {
      const record: { key: string; versions: Version[] } = JSON.parse(
        readFileSync(join(this.objects, file), 'utf8'),
      );
      this.records.set(record.key, record.versions);
    }
    this.index = new KeyIndex(Array.from(this.records.keys()).filter((key) => this.current(key)));
    this.blobs = new Blobs(join(dir, 'blobs'));
    const stored = Array.from(this.records.values()).flat();
    this.uploads = new Uploads(
      join(dir, 'uploads'),
      this.blobs,
      new Set(stored.map(({ uploadId }) => uploadId)),
    );
    this.blobs.keepOnly([...stored.flatMap(({ blobs }) => blobs), ...this.uploads.blobs()]);
  }

  saveSettings(change: Partial<Settings>): void {
    Object.assign(this.settings, change);
    writeJson(join(this.dir, 'bucket.json'), this.settings);
  }

  /** All versions, newest first, delete markers among them. */
  versions(key: string): readonly Version[] {
    return this.records.get(key) ?? [];
  }

  /** The newest version, unless it is a delete marker. */
  current(key: string): Version | undefined {
    const newest = this.versions(key)[0];
    return newest?.deleteMarker ? undefined : newest;
  }

  list(prefix: string, after: string | undefined, limit: number): { key: string; version: Version }[] {
    return this.index.list(prefix, after, limit).map((key) => ({ key, version: this.current(key)! }));
  }

  /**
   * Adds a version; without versioning it takes the place of the one there is.
   * @throws S3Error PreconditionFailed if `onlyIfAbsent` and there is a current one
   */
  put(key: string, draft: Omit<Version, 'versionId'>, onlyIfAbsent = false): Version {
    if (onlyIfAbsent && this.current(key)) throw new S3Error('PreconditionFailed');
    const enabled = this.settings.versioning === 'Enabled';
    const version = { ...draft, versionId: enabled ? randomBytes(16).toString('hex') : 'null' };
    const others = this.versions(key).filter(({ versionId }) => versionId !== version.versionId);
    this.save(key, [version, ...others]);
    return version;
  }

  /** As S3's DeleteObject without a version: hides the object where there is versioning, else removes it. */
  delete(key: string, now: string): Version | undefined {
    if (this.settings.versioning !== undefined) {
      return this.put(key, {
        lastModified: now,
        deleteMarker: true,
        etag: '',
        size: 0,
        headers: {},
        blobs: [],
      });
    }
    this.save(key, []);
    return undefined;
  }

  /** Removes one version for good. */
  deleteVersion(key: string, versionId: string): Version | undefined {
    const versions = this.versions(key);
    this.save(
      key,
      versions.filter((version) => version.versionId !== versionId),
    );
    return versions.find((version) => version.versionId === versionId);
  }

  private save(key: string, versions: Version[]): void {
    const before = this.versions(key);
    const file = join(this.objects, `${createHash('sha256').update(key).digest('hex')}.json`);
    if (versions.length === 0) {
      rmSync(file, { force: true });
      this.records.delete(key);
    } else {
      writeJson(file, { key, versions });
      this.records.set(key, versions);
    }
    if (this.current(key)) this.index.add(key);
    else this.index.delete(key);
    this.blobs.discard(before.filter((version) => !versions.includes(version)).flatMap(({ blobs }) => blobs));
  }
}
