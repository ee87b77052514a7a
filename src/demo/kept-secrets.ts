import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeptSecrets {
  adminToken: string;
  sessionSecret: string;
  s3SecretAccessKey: string;
}

/** The demo's own secrets: made at random once, then kept in its folder, so that tokens outlive a restart. */
export function keptSecrets(dir: string): KeptSecrets {
  const path = join(dir, 'secrets.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as KeptSecrets;
  const secrets: KeptSecrets = {
    adminToken: `demo-admin-${secret(24)}`,
    sessionSecret: secret(48),
    s3SecretAccessKey: secret(30),
  };
  // Whole or not at all: half a file would keep the demo from starting for ever.
  writeFileSync(`${path}.tmp`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
  return secrets;
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
