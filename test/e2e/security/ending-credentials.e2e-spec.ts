import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedUrlResponse } from '../../../src/audit-forge/index.js';
import { S3ClientFactory } from '../../../src/audit-forge/s3/s3-clients.js';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { GatedS3ClientFactory } from '../../support/gated-s3.js';
import { Service } from '../../support/service.js';
import { WatchedLog } from './watched-log.js';

describe('temporary credentials that end before the link would', () => {
  const log = new WatchedLog();
  const gated = new GatedS3ClientFactory();
  /** When the credentials of each session end, by the name of the session. */
  const ends = new Map<string, number>();
  let store: EmbeddedStore;
  let service: Service | undefined;
  let lifetime = 0;

  const credentials = async () => {
    const expiration = new Date(Date.now() + lifetime * 1000);
    const sessionToken = `token-of-the-temporary-session-${ends.size}`;
    ends.set(log.keepSecret(sessionToken), expiration.getTime());
    return { ...store.config.credentials, sessionToken, expiration };
  };
  async function start(seconds: number): Promise<Service> {
    lifetime = seconds;
    const bindings = [{ provide: S3ClientFactory, useValue: gated }];
    service = await Service.start({ store, logTo: log, credentials, bindings });
    await service.seed('eng-1', { '1.jsonl': event(1) });
    return service;
  }
  const link = async () =>
    (await service!.log('eng-1', 'delivery=signed_url&expires_in=3600')).json<SignedUrlResponse>();
  const partsOf = ({ signed_url }: SignedUrlResponse) => {
    const query = new URL(signed_url!).searchParams;
    const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get('X-Amz-Date')!)!;
    const iso = `${date!.replace(/(....)(..)/, '$1-$2-')}T${time!.replace(/(..)(..)/, '$1:$2:')}Z`;
    return {
      endsAt: Date.parse(iso) + Number(query.get('X-Amz-Expires')) * 1000,
      credentialsEndAt: ends.get(query.get('X-Amz-Security-Token')!)!,
    };
  };

  beforeAll(async () => {
    store = await openEmbeddedStore();
  });
  afterEach(async () => {
    gated.release();
    await service?.close();
  });
  afterAll(() => store.close());

  it('failures 34: are refreshed between the last write and the signature, and the link is as long as was asked', async () => {
    await start(400);
    // From when the object is written, the provider gives longer ones.
    gated.before = (command) => void (command === 'PutObject' && (lifetime = 7200));
    const answer = await link();
    expect([answer.expires_in, answer.expiry_limited_by]).toEqual([3600, undefined]);
    const { endsAt, credentialsEndAt } = partsOf(answer);
    expect(Date.parse(answer.expires_at!)).toBe(endsAt);
    expect(credentialsEndAt).toBeGreaterThanOrEqual(endsAt);
    expect(await (await fetch(answer.signed_url!)).text()).toBe(`${event(1)}\n`);
  });

  it.each([61, 400, 3599])(
    'failures 34: of %d s that cannot be made longer, the answer tells the second at which the link ends, and why',
    async (seconds) => {
      await start(seconds);
      const answer = await link();
      expect(answer.expiry_limited_by).toBe('credentials');
      const { endsAt, credentialsEndAt } = partsOf(answer);
      expect(Date.parse(answer.expires_at!)).toBe(endsAt);
      // Not after the credentials, and not a whole second before them for nothing.
      expect(endsAt).toBeLessThanOrEqual(credentialsEndAt);
      expect(endsAt).toBeGreaterThan(credentialsEndAt - 2000);
      expect(Number(new URL(answer.signed_url!).searchParams.get('X-Amz-Expires'))).toBe(answer.expires_in);
    },
  );

  it('failures 34: that are refreshed with ones that end sooner: those at hand sign, and the answer tells their end', async () => {
    await start(600);
    gated.before = (command) => void (command === 'PutObject' && (lifetime = 60));
    const answer = await link();
    expect(answer.expiry_limited_by).toBe('credentials');
    const { endsAt, credentialsEndAt } = partsOf(answer);
    expect(Date.parse(answer.expires_at!)).toBe(endsAt);
    expect(endsAt).toBeLessThanOrEqual(credentialsEndAt);
    expect(answer.expires_in).toBeGreaterThan(60);
  });

  it('failures 34: that have ended, and are given again as they are, sign nothing: 502 storage_access_denied', async () => {
    const dead = await start(-60);
    const answer = await dead.log('eng-1', 'delivery=signed_url&expires_in=3600');
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([502, 'storage_access_denied']);
    expect(answer.body.toString()).not.toContain('X-Amz-');
  });

  it('failures 36: nothing that was logged holds the token of a session', () => {
    expect(ends.size).toBeGreaterThan(3);
    expect(log.leaks()).toEqual([]);
  });
});
