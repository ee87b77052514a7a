import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event } from '../../support/events.js';
import { Service } from '../../support/service.js';
import { SAME_ID, shapeOf } from './answer-shape.js';
import { WatchedLog } from './watched-log.js';

const ROUTES = ['', '/audit-log', '/audit-log?format=json', '/audit-log?delivery=signed_url'];
const NAME = 'A client whom nobody shall know';

describe('an engagement record that somebody wrote by hand', () => {
  const log = new WatchedLog();
  let store: EmbeddedStore;
  let service: Service;
  /** A bucket of somebody else, which would give a log. */
  let forbidden: string;

  beforeAll(async () => {
    store = await openEmbeddedStore();
    service = await Service.start({
      store,
      logTo: log,
      environment: { AUDITFORGE_SOURCE_BUCKETS: 'metis-af-*-123456789012,allowed-bucket' },
    });
    forbidden = await store.makeBucket();
    for (const id of ['eng-hand', 'eng-2']) {
      const Key = `auditforge/audit/${id}/1.jsonl`;
      await service.client.send(new PutObjectCommand({ Bucket: forbidden, Key, Body: event(1) }));
    }
    await service.seed('eng-2', { '1.jsonl': event(2) });
    await service.putShard('eng-hand', '1.jsonl', event(3));
  });
  afterAll(async () => {
    await service.close();
    await store.close();
  });

  const recordOf = (given: Record<string, unknown>) =>
    JSON.stringify({
      id: 'eng-hand',
      name: NAME,
      status: 'active',
      source_bucket: null,
      source_region: null,
      created_at: '2026-05-01T09:00:00Z',
      ...given,
    });

  /** By both routes, deliveries and methods: this code, in its one shape, with the record asked for and no more. */
  async function expectRefused(record: string, code: string): Promise<void> {
    await service.put('auditforge/engagements/eng-hand.json', record);
    const shapes: unknown[] = [];
    for (const route of ROUTES) {
      for (const method of ['GET', 'HEAD']) {
        const from = store.requests.length;
        const answer = await service.get(`/auditforge/engagement/eng-hand${route}`, SAME_ID, method);
        expect(answer.status).toBe(502);
        const asked = store.requests
          .slice(from)
          .map(({ operation, bucket, key }) => [operation, bucket, key]);
        expect(asked).toEqual([['GetObject', service.bucket, 'auditforge/engagements/eng-hand.json']]);
        if (method === 'HEAD') continue;
        shapes.push(shapeOf(answer));
        const problem = answer.json<Record<string, string>>();
        expect(Object.keys(problem).toSorted()).toEqual([
          'code',
          'detail',
          'request_id',
          'status',
          'title',
          'type',
        ]);
        expect(problem['code']).toBe(code);
      }
    }
    // Nothing that depends on what the record holds.
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
    bodies[code] ??= JSON.stringify(shapes[0]);
    expect(JSON.stringify(shapes[0])).toBe(bodies[code]);
    expect(bodies[code]).not.toContain(NAME);
  }
  const bodies: Record<string, string> = {};

  it.each<[string, unknown]>([
    ['an ARN of a bucket', 'arn:aws:s3:::metis-af-1-123456789012'],
    ['an ARN of an access point', 'arn:aws:s3:eu-west-1:123456789012:accesspoint/allowed-bucket'],
    ['an alias of an access point', 'allowed-bucket-abcdefgh12345678-s3alias'],
    ['an address', 'https://allowed-bucket.evil.example/'],
    ['a host before the bucket', 'evil.example/allowed-bucket'],
    ['a name of a host', 'allowed-bucket@evil.example'],
    ['a way up', 'allowed-bucket/../other'],
    ['a key behind it', 'allowed-bucket/auditforge'],
    ['a query behind it', 'allowed-bucket?acl'],
    ['a fragment behind it', 'allowed-bucket#'],
    ['an encoded slash', 'allowed-bucket%2fother'],
    ['a port', 'allowed-bucket:80'],
    ['a line break behind it', 'allowed-bucket\n'],
    ['a header behind it', 'allowed-bucket\r\nx-amz-acl: public-read'],
    ['a space before it', ' allowed-bucket'],
    ['capitals', 'ALLOWED-BUCKET'],
    ['fullwidth letters', 'ａllowed-bucket'],
    ['a pattern', 'metis-af-*-123456789012'],
    ['an address of this machine', '169.254.169.254'],
    ['nothing', ''],
    ['a directory bucket', 'allowed-bucket--euw1-az1--x-s3'],
    ['64 characters', 'a'.repeat(64)],
    ['a list', ['allowed-bucket']],
    ['an object', { toString: 'allowed-bucket' }],
    ['a number', 7],
    ['false', false],
  ])(
    'failures 31: whose bucket is %s is 502 invalid_engagement_record, and no bucket is asked',
    async (_, bucket) => {
      await expectRefused(recordOf({ source_bucket: bucket }), 'invalid_engagement_record');
    },
  );

  it('failures 31: that names a bucket which is not on the list is 502 source_bucket_not_allowed, and it is not asked', async () => {
    const near = [
      'allowed-bucket2',
      'an-allowed-bucket',
      'metis-af-123456789012',
      'metis-af-1-123456789012x',
    ];
    for (const bucket of [forbidden, ...near])
      await expectRefused(recordOf({ source_bucket: bucket }), 'source_bucket_not_allowed');
  });

  it.each<[string, unknown]>([
    ['a host', 'evil.example'],
    ['a host behind it', 'eu-west-1.evil.example'],
    ['a user and a host', 'x@evil.example'],
    ['a path', 'eu-west-1/'],
    ['a fragment', 'eu-west-1#'],
    ['a line break', 'eu-west-1\r\n'],
    ['capitals', 'EU-WEST-1'],
    ['33 characters', 'a'.repeat(33)],
    ['nothing', ''],
    ['a list', ['eu-west-1']],
  ])('failures 31: whose region is %s is 502, and no store is asked for it', async (_, region) => {
    const bucket = 'allowed-bucket';
    await expectRefused(
      recordOf({ source_bucket: bucket, source_region: region }),
      'invalid_engagement_record',
    );
    await expectRefused(recordOf({ source_region: region }), 'invalid_engagement_record');
  });

  it.each<[string, Record<string, unknown>]>([
    ['another id', { id: 'eng-2' }],
    ['its id in another case', { id: 'ENG-HAND' }],
    ['its id and a space', { id: 'eng-hand ' }],
    ['its id in a list', { id: ['eng-hand'] }],
    ['no id', { id: undefined }],
    ['an account of 11 digits', { source_account: '12345678901' }],
    ['an account of 13 digits', { source_account: '1234567890123' }],
    ['an account that is a number', { source_account: 123456789012 }],
    ['an account in other digits', { source_account: '１２３４５６７８９０１２' }],
    ['an account and a header', { source_account: '123456789012\r\nx-amz-acl: public-read' }],
    ['no name', { name: '' }],
    ['a date that is none', { created_at: 'yesterday' }],
  ])('failures 31: with %s is 502 invalid_engagement_record, whatever else holds', async (_, given) => {
    await expectRefused(recordOf(given), 'invalid_engagement_record');
  });

  it('failures 31: that hides what it says in inherited names is read without it', async () => {
    const evil = `{"id":"eng-hand","source_bucket":${JSON.stringify(forbidden)},"source_account":"1"}`;
    const open = recordOf({}).slice(0, -1);
    for (const hidden of [
      `"__proto__":${evil}`,
      `"constructor":{"prototype":${evil}}`,
      `"prototype":${evil}`,
    ]) {
      await service.put('auditforge/engagements/eng-hand.json', `${open},${hidden}}`);
      const from = store.requests.length;
      const answer = await service.log('eng-hand');
      expect([answer.status, answer.body.toString()]).toEqual([200, `${event(3)}\n`]);
      expect(new Set(store.requests.slice(from).map(({ bucket }) => bucket))).toEqual(
        new Set([service.bucket]),
      );
      const shown = (await service.get('/auditforge/engagement/eng-hand')).json<Record<string, unknown>>();
      expect(shown).toEqual(JSON.parse(recordOf({})));
    }
    expect(({} as Record<string, unknown>)['source_bucket']).toBeUndefined();
  });

  it('failures 31: all of which is hidden in inherited names is 502', async () => {
    await expectRefused(`{"__proto__":${recordOf({})}}`, 'invalid_engagement_record');
    await expectRefused(`{"constructor":{"prototype":${recordOf({})}}}`, 'invalid_engagement_record');
  });

  it('failures 31: that calls itself by the names of what checks it is read as any other, or refused', async () => {
    const names = ['toString', 'valueOf', 'hasOwnProperty', 'then', 'toJSON', 'forEach', 'length'];
    const more = Object.fromEntries(names.map((name) => [name, forbidden]));
    await service.put('auditforge/engagements/eng-hand.json', recordOf(more));
    const from = store.requests.length;
    expect([200, 502]).toContain((await service.log('eng-hand')).status);
    expect(new Set(store.requests.slice(from).map(({ bucket }) => bucket))).toEqual(
      new Set([service.bucket]),
    );
  });

  it('failures 36: nothing of a credential was logged, and no record breaks a line', () => {
    expect(log.valuesOf('code')).toEqual(
      expect.arrayContaining(['invalid_engagement_record', 'source_bucket_not_allowed']),
    );
    expect(log.lines.join('')).not.toContain(NAME);
    expect(log.leaks()).toEqual([]);
    expect(log.broken()).toEqual([]);
  });
});
