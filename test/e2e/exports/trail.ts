import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Service } from '../../support/service.js';

/** An event of the custody trail, as it is stored. */
export interface TrailEvent {
  key: string;
  /** The stored object. */
  text: string;
  ts: string;
  actor: { kind: string; subject: string };
  request_id: string | null;
  metadata: {
    export_id: string | null;
    delivery: string;
    issue?: string;
    outcome?: string;
    bytes_sent?: number;
    s3_key: string | null;
    expires_at?: string;
  };
}

/** Keys under the shards of an engagement, in byte order, which is that of the log. */
export async function shardKeys(service: Service, engagement: string): Promise<string[]> {
  const command = new ListObjectsV2Command({
    Bucket: service.bucket,
    Prefix: `auditforge/audit/${engagement}/`,
  });
  const { Contents = [] } = await service.client.send(command);
  return Contents.map(({ Key }) => Key!);
}

/** The events of an engagement's trail, in the order of its log. */
export async function trailOf(service: Service, engagement: string): Promise<TrailEvent[]> {
  const keys = (await shardKeys(service, engagement)).filter((key) => key.includes('~export-'));
  return Promise.all(
    keys.map(async (key) => {
      const text = (await service.read(key)).body.toString();
      return { ...(JSON.parse(text) as Omit<TrailEvent, 'key' | 'text'>), key, text };
    }),
  );
}

/** Looks until there are so many: the event of a stream is written when it has ended. */
export async function trailOfLength(
  service: Service,
  engagement: string,
  count: number,
): Promise<TrailEvent[]> {
  for (;;) {
    const trail = await trailOf(service, engagement);
    if (trail.length >= count) return trail;
  }
}
