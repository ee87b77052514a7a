import { describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { events } from '../../support/events.js';
import type { Bench } from './bench.js';

/** The five cases that the platform always had. */
export function describePlatformCases(bench: Bench): void {
  describe('the five cases of the platform', () => {
    it('refuses an invalid delivery with 422', async () => {
      const answer = await bench.service.log('eng-five', 'delivery=email');
      expect(answer.status).toBe(422);
      expect(answer.json()).toMatchObject({
        code: 'invalid_parameters',
        errors: [{ parameter: 'delivery' }],
      });
    });

    it('refuses an invalid expires_in with 422', async () => {
      const answer = await bench.service.log('eng-five', 'delivery=signed_url&expires_in=59');
      expect(answer.status).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ parameter: 'expires_in' }] });
    });

    it('answers an empty log without a put', async () => {
      await bench.service.putEngagement('eng-five-empty');
      const answer = await bench.service.log('eng-five-empty', 'delivery=signed_url');
      expect(answer.json()).toMatchObject({ empty: true, signed_url: null, event_count: 0 });
      expect(await bench.service.exportsOf('eng-five-empty')).toEqual([]);
    });

    it('answers 404 for a missing engagement', async () => {
      const answer = await bench.service.log('eng-missing', 'delivery=signed_url');
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'engagement_not_found' });
    });

    it('gives a link whose download is the log', async () => {
      const shards = { 'part-1.jsonl': events(100), 'part-2.jsonl': events(50, 100) };
      await bench.service.seed('eng-five', shards);
      const answer = (await bench.service.log('eng-five', 'delivery=signed_url')).json<SignedUrlResponse>();
      const download = await fetch(answer.signed_url!);
      expect(await download.text()).toBe(shards['part-1.jsonl'] + shards['part-2.jsonl']);
    });
  });
}
