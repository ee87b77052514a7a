import { describe, expect, it } from '@jest/globals';
import { SESSION_SECRET } from '../support/session-tokens.js';
import { WorkerProcess } from './worker-process.js';

describe('the worker', () => {
  it('does not start without Redis to work for, and says in one line what to set', async () => {
    const worker = new WorkerProcess({
      AUDITFORGE_SHARED_BUCKET: 'shared-bucket',
      AUDITFORGE_SESSION_SECRET: SESSION_SECRET,
      AWS_REGION: 'eu-central-1',
    });
    expect(await worker.ended).toBe(1);
    expect(worker.said).toMatch(
      /^The AuditForge worker does not start\. Set AUDITFORGE_REDIS_URL: [^\n]*\n$/,
    );
  });

  it('names what is not right in the environment', async () => {
    const worker = new WorkerProcess({ AUDITFORGE_REDIS_URL: 'http://redis.example.com' });
    expect(await worker.ended).toBe(1);
    expect(worker.said).toContain('AUDITFORGE_REDIS_URL must be a redis:// or rediss:// address');
    expect(worker.said).toContain('AUDITFORGE_SHARED_BUCKET is required');
  });
});
