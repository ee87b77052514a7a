import * as access from './checks/access.js';
import { clock, credentials } from './checks/clock-and-credentials.js';
import { linkExpires, linkOpens, linkSigned } from './checks/links.js';
import { owner, reachable, region } from './checks/reachable.js';
import { redisEviction, redisPersistence, redisReachable, redisVersion } from './checks/redis.js';
import { noRecords, noShards } from './checks/restrictions.js';
import * as settings from './checks/settings.js';
import { checksums, conditionalWrites } from './checks/writes-and-checksums.js';
import type { Check } from './finding.js';

const SETTINGS: readonly Check[] = [
  settings.versioning,
  settings.encryption,
  settings.publicAccess,
  settings.lifecycle,
  settings.objectLock,
  conditionalWrites,
  checksums,
];

const LINKS: readonly Check[] = [linkOpens, linkExpires, linkSigned];

/** The checks of the shared bucket, in their order. */
export const SHARED: readonly Check[] = [
  reachable,
  clock,
  region,
  access.list,
  access.missing,
  access.put,
  access.get,
  access.getVersion,
  access.multipart,
  noShards,
  noRecords,
  ...SETTINGS,
  credentials,
  ...LINKS,
];

/** Those of what instances share; only where AUDITFORGE_REDIS_URL is set. */
export const REDIS: readonly Check[] = [redisReachable, redisVersion, redisEviction, redisPersistence];

/** Those of an engagement's own bucket: the records are in the shared one. */
export const OWN: readonly Check[] = [
  reachable,
  region,
  owner,
  access.list,
  access.missing,
  access.put,
  access.get,
  access.getVersion,
  access.multipart,
  noShards,
  ...SETTINGS,
  ...LINKS,
];
