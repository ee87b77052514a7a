import { AuditForgeOptions } from '../audit-forge/audit-forge.options.js';
import type { Settings } from './settings.js';

/** How each option that is or holds a secret is told. Every other one is told as it is. */
const TOLD_AS: { [property in keyof AuditForgeOptions]?: (options: AuditForgeOptions) => unknown } = {
  adminTokens: ({ adminTokens }) => adminTokens.map(({ label }) => label),
  credentials: () => undefined,
  redisUrl: ({ redisUrl }) => redisUrl && new URL(redisUrl).host,
  sessionSecret: ({ sessionSecret }) => sessionSecret && 'set',
};

/** The settings that the service runs with, defaults included and without a secret, as its first log line tells them. */
export function effectiveSettings({ auditForge, ...service }: Settings): object {
  const given = Object.entries(auditForge).filter(([, value]) => value !== undefined);
  const options = Object.assign(new AuditForgeOptions(), Object.fromEntries(given));
  const told = Object.keys(options).map((property) => {
    const tell = TOLD_AS[property as keyof AuditForgeOptions];
    return [property, tell === undefined ? options[property as keyof AuditForgeOptions] : tell(options)];
  });
  return { ...service, ...(Object.fromEntries(told) as object) };
}
