import type { AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import { StoreClock, SystemClock } from '../audit-forge/clock.js';
import { Engagements } from '../audit-forge/engagements/engagements.js';
import { S3EngagementStore } from '../audit-forge/engagements/s3-engagement-store.js';
import { Presigner } from '../audit-forge/exports/presigner.js';
import { BucketRegions } from '../audit-forge/s3/bucket-regions.js';
import { DefaultS3ClientFactory, S3Clients } from '../audit-forge/s3/s3-clients.js';
import { S3Store } from '../audit-forge/s3/s3-store.js';
import { SmallObjects } from '../audit-forge/s3/small-objects.js';

/** The parts of the service that the checks use, so that what they find is what the service meets. */
export interface DoctorServices {
  options: AuditForgeOptions;
  clock: StoreClock;
  clients: S3Clients;
  store: S3Store;
  presigner: Presigner;
  engagements: Engagements;
  regions: BucketRegions;
}

export function doctorServices(options: AuditForgeOptions): DoctorServices {
  const clock = new StoreClock(new SystemClock());
  const clients = new S3Clients(options, new DefaultS3ClientFactory(), clock);
  const store = new S3Store(clients);
  const presigner = new Presigner(clients, clock);
  const engagements = new Engagements(new S3EngagementStore(new SmallObjects(store), options), options);
  const regions = new BucketRegions(clients, options);
  return { options, clock, clients, store, presigner, engagements, regions };
}
