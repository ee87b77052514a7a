import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mockS3, noAbort, optionsWith, s3Error, type S3Mock } from '../../../test/support/aws-mock.js';
import type { AuditForgeOptions } from '../../audit-forge/audit-forge.options.js';
import { BucketContext } from '../bucket-context.js';
import { doctorServices } from '../services.js';
import { noRecords, noShards } from './restrictions.js';

const FOREIGN_STORE = { s3Endpoint: 'https://s3.example.com' };

function context(given: Partial<AuditForgeOptions> = {}): BucketContext {
  const services = doctorServices(optionsWith(given));
  return new BucketContext('shared', { bucket: 'shared-bucket' }, services, noAbort());
}

// Only AWS and a mock can show these: the embedded store knows one user, who may do everything.
describe('what the service must not write', () => {
  let s3: S3Mock;
  beforeEach(() => {
    s3 = mockS3();
  });
  afterEach(() => s3.restore());

  it('is right where it is refused, and then nothing is there to remove', async () => {
    s3.on(PutObjectCommand).rejects(s3Error('AccessDenied', 403));
    await expect(noShards.run(context())).resolves.toMatchObject({ status: 'green', todo: null });
    expect(s3.commandCalls(DeleteObjectCommand)).toHaveLength(0);
  });

  it.each([
    ['red at AWS', {}, 'red'],
    ['amber at a store that may not know rights', FOREIGN_STORE, 'amber'],
  ])('is %s where it works, and is removed again', async (_case, given, status) => {
    s3.on(PutObjectCommand).resolves({});
    s3.on(DeleteObjectCommand).resolves({});
    const shared = context(given);
    const finding = await noRecords.run(shared);
    expect(finding).toMatchObject({ status, found: 'the service can write under auditforge/engagements/' });
    expect(finding.todo).toContain('docs/iam-policy.json');
    const { Key } = s3.commandCalls(DeleteObjectCommand)[0]!.args[0].input;
    expect(Key).toMatch(/^auditforge\/engagements\/\.doctor-[0-9a-f]{10}\.json$/);
    expect(shared.written.size).toBe(0);
  });

  it('tells the key of what it may not remove', async () => {
    s3.on(PutObjectCommand).resolves({});
    s3.on(DeleteObjectCommand).rejects(s3Error('AccessDenied', 403));
    const { todo } = await noShards.run(context());
    expect(todo).toMatch(
      /remove auditforge\/audit\/\.doctor-[0-9a-f]{10}\/doctor\.jsonl, which the service may not/,
    );
  });

  it('puts the shard where the shards are', async () => {
    s3.on(PutObjectCommand).rejects(s3Error('AccessDenied', 403));
    await noShards.run(context({ shardPrefix: 'logs/{engagement_id}/events/' }));
    const { Key } = s3.commandCalls(PutObjectCommand)[0]!.args[0].input;
    expect(Key).toMatch(/^logs\/\.doctor-[0-9a-f]{10}\/events\/doctor\.jsonl$/);
  });
});
