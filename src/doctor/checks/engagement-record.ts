import { logLocation, type Engagement } from '../../audit-forge/engagements/engagement.js';
import { AuditForgeError } from '../../audit-forge/errors/audit-forge.error.js';
import type { BucketLocation } from '../../audit-forge/s3/s3-clients.js';
import { S3Failure } from '../../audit-forge/s3/s3-failure.js';
import { green, red, type Check, type Finding } from '../finding.js';

/** Reads the record as the service does. `found` is told of the engagement's bucket if it is one of its own. */
export function engagementRecord(id: string, found: (own: BucketLocation) => void): Check {
  return {
    id: 'engagement-record',
    title: 'engagement record',
    needs: ['reachable'],
    permission: 's3:GetObject on auditforge/engagements/*',
    run: async ({ services: { engagements, regions }, location, signal }) => {
      let engagement: Engagement;
      try {
        engagement = await engagements.get(id, signal);
      } catch (error) {
        if (error instanceof AuditForgeError && !(error instanceof S3Failure)) return refusalOf(id, error);
        throw error;
      }
      const own = logLocation(engagement, location);
      if (own.bucket === location.bucket) return green(`${id} is in the shared bucket`);
      found(await regions.locate(own, signal));
      return green(`${id} has the bucket ${own.bucket}`);
    },
  };
}

function refusalOf(id: string, { code, detail, context }: AuditForgeError): Finding {
  const { fields, reason, bucket } = context as { fields?: string[]; reason?: string; bucket?: string };
  const key = `auditforge/engagements/${id}.json`;
  if (code === 'engagement_not_found') {
    return red(`there is none: ${key}`, 'Check the id; the platform writes the record.');
  }
  if (code === 'invalid_engagement_record') {
    return red(`not valid: ${fields?.join(', ') ?? reason}`, `Put ${key} right.`);
  }
  if (code === 'source_bucket_not_allowed') {
    return red(
      `it names the bucket ${bucket}, which AUDITFORGE_SOURCE_BUCKETS does not allow`,
      'Add the bucket there if it is right. If not, find out who wrote the record.',
    );
  }
  return red(`${code}: ${detail}`, 'Put that right and run the doctor again.');
}
