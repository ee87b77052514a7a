import type { AuditForgeOptions } from '../audit-forge/audit-forge.options.js';

/** What the standalone service is told by its environment. */
export interface Settings {
  host: string;
  port: number;
  /** Addresses and ranges of proxies whose X-Forwarded-For counts. */
  trustedProxies: string[];
  /** Origins of pages that may call the service. */
  corsOrigins: string[];
  auditForge: Partial<AuditForgeOptions>;
  /** Variables that are set and right, but do nothing in this version. */
  withoutEffect: string[];
}
