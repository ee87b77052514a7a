import { Injectable } from '@nestjs/common';
import { AssembledLog } from './assembled-log.js';
import type { LogFormat } from '../encoders/formats.js';
import type { BucketLocation } from '../s3/s3-clients.js';
import { shardContents } from '../shards/shard-content.js';
import { ShardReader, type ShardBytes } from '../shards/shard-reader.js';
import { SnapshotChanged, type Snapshot } from '../shards/snapshot.js';
import { Snapshots } from '../shards/snapshots.js';
import type { TurnOwner } from '../turns/turns.js';

/** Which log is read, and for whom. */
export interface LogToRead {
  engagementId: string;
  format: LogFormat;
  location: BucketLocation;
  owner: TurnOwner;
}

/** Stored bytes that have been read, and shards of which all have. */
export interface ReadSoFar {
  shards: number;
  bytes: number;
}

/** From the shards of an engagement to its log. */
@Injectable()
export class LogReader {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly reader: ShardReader,
  ) {}

  snapshot({ location, engagementId }: LogToRead, signal: AbortSignal): Snapshot {
    return this.snapshots.take(location, engagementId, signal);
  }

  /** @param soFar counts up while the log is read */
  read(
    { location, format, owner }: LogToRead,
    snapshot: Snapshot,
    signal: AbortSignal,
    soFar: ReadSoFar = { shards: 0, bytes: 0 },
  ): AssembledLog {
    const stored = counted(this.reader.read(location, snapshot, owner, signal), soFar);
    return new AssembledLog(snapshot, shardContents(stored), format);
  }
}

async function* counted(stored: AsyncIterable<ShardBytes>, soFar: ReadSoFar): AsyncGenerator<ShardBytes> {
  for await (const piece of stored) {
    soFar.bytes += piece.bytes.length;
    if (piece.last) soFar.shards++;
    yield piece;
  }
}

/** A snapshot that does not hold is taken anew once, while nothing has been sent or completed. */
export async function onceMoreIfChanged<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof SnapshotChanged)) throw error;
    return attempt();
  }
}
