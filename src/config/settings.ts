import type { AuditForgeOptions } from '../audit-forge/audit-forge.options.js';

/** What the standalone service is told by its environment. */
export interface Settings {
  host: string;
  port: number;
  /** Where `/metrics` and `/health` are; default: on `port`. */
  managementPort?: number;
  /** Addresses and ranges of proxies whose X-Forwarded-For counts. */
  trustedProxies: string[];
  /** Origins of pages that may call the service. */
  corsOrigins: string[];
  auditForge: Partial<AuditForgeOptions>;
}
