import type { StoreAccess } from '../stores/store.js';

/** Every variant is told where the store is by the variables of the service. */
export interface VariantSettings {
  bucket: string;
  access: StoreAccess;
}

export function readSettings({ env }: NodeJS.Process = process): VariantSettings {
  return {
    bucket: env['AUDITFORGE_SHARED_BUCKET']!,
    access: {
      endpoint: env['AUDITFORGE_S3_ENDPOINT']!,
      region: env['AWS_REGION']!,
      accessKeyId: env['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY']!,
    },
  };
}

export function shardPrefix(engagementId: string): string {
  return `auditforge/audit/${engagementId}/`;
}
