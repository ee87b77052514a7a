import { describe, expect, it } from '@jest/globals';
import { engagementResponse } from '../dto/engagement.response.js';
import { logLocation, type Engagement } from './engagement.js';

const ENGAGEMENT: Engagement = {
  id: 'eng-1',
  name: 'Annual audit',
  status: 'active',
  source_bucket: 'client-bucket',
  source_region: 'ap-south-1',
  source_account: '123456789012',
  created_at: '2026-05-01T09:00:00Z',
};
const SHARED = { bucket: 'shared-bucket', region: 'eu-central-1' };

describe('where the log of an engagement lies', () => {
  it('is its own bucket, with its region and owner', () => {
    expect(logLocation(ENGAGEMENT, SHARED)).toEqual({
      bucket: 'client-bucket',
      region: 'ap-south-1',
      account: '123456789012',
    });
  });

  it('is its own bucket alone where nothing more is known of it', () => {
    const { source_account: _, ...engagement } = ENGAGEMENT;
    expect(logLocation({ ...engagement, source_region: null }, SHARED)).toEqual({ bucket: 'client-bucket' });
  });

  it('is the shared bucket where it has none, whatever region and owner the record names', () => {
    expect(logLocation({ ...ENGAGEMENT, source_bucket: null }, SHARED)).toBe(SHARED);
  });
});

describe('what a client sees of an engagement', () => {
  it('is six fields and no others', () => {
    const { source_account: _, ...seen } = ENGAGEMENT;
    const more = { ...ENGAGEMENT, internal: 'x' };
    expect(engagementResponse(more)).toEqual(seen);
    expect(Object.keys(engagementResponse(more))).toHaveLength(6);
  });
});
