import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedStore, type EmbeddedStore } from '../../support/embedded-store.js';
import { event, events } from '../../support/events.js';
import { send } from '../../support/http-client.js';
import { Service } from '../../support/service.js';
import { sessionToken } from '../../support/session-tokens.js';
import { exportsPath, look, ready, recordKey, type ExportAnswer } from './export-api.js';

let store: EmbeddedStore;
let service: Service;
let plain: Service;

beforeAll(async () => {
  store = await openEmbeddedStore();
  service = await Service.start({ store, versioned: true });
  plain = await Service.start({ store, versioned: false });
  for (const each of [service, plain]) await each.seed('eng-1', { '1.jsonl': events(5) });
  await service.seed('eng-12', { '1.jsonl': event(9) });
});
afterAll(async () => {
  await service.close();
  await plain.close();
  await store.close();
});

const remove = (from: Service, key: string, version?: string) =>
  from.client.send(new DeleteObjectCommand({ Bucket: from.bucket, Key: key, VersionId: version }));

describe('a link that is renewed', () => {
  it('leads to the recorded version of the same object, for as long as was asked', async () => {
    const first = await ready(service, 'eng-1');
    const answer = await service.get(exportsPath('eng-1', `/${first.export_id}?expires_in=61`));
    const again = answer.json<ExportAnswer>();
    const { s3_key, s3_version_id, sha256 } = first;
    expect(again).toMatchObject({ s3_key, s3_version_id, sha256, expires_in: 61 });
    const { searchParams } = new URL(again.signed_url);
    expect(searchParams.get('versionId')).toBe(s3_version_id);
    expect(searchParams.get('X-Amz-Expires')).toBe('61');
    expect(await (await fetch(again.signed_url)).text()).toBe(events(5));
  });

  it('is 410 where the object was deleted', async () => {
    const { export_id, s3_key } = await ready(plain, 'eng-1');
    await remove(plain, s3_key);
    const answer = await look(plain, 'eng-1', export_id);
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([410, 'export_gone']);
  });

  it.each([
    ['behind a delete marker', false],
    ['of a version that was removed', true],
  ])('is 410 for an object %s', async (_, ofVersion) => {
    const { export_id, s3_key, s3_version_id } = await ready(service, 'eng-1');
    await remove(service, s3_key, ofVersion ? s3_version_id! : undefined);
    const answer = await look(service, 'eng-1', export_id);
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([410, 'export_gone']);
  });

  it('is refused to a session of another engagement', async () => {
    const { export_id } = await ready(service, 'eng-1');
    const answer = await send(service.url + exportsPath('eng-1', `/${export_id}`), {
      headers: { authorization: `Bearer ${await sessionToken(['eng-12'])}` },
    });
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([403, 'engagement_out_of_scope']);
  });
});

type Fields = Record<string, unknown>;

describe('a record that was altered by hand gives no link', () => {
  it.each<[string, (record: Fields) => string, 502 | 410]>([
    ['the key of a shard', having({ s3_key: 'auditforge/audit/eng-1/1.jsonl' }), 502],
    [
      'the key of another engagement',
      having({ s3_key: 'auditforge/exports/eng-12-20260508T132000Z.jsonl' }),
      502,
    ],
    ['a key of another ending', having({ s3_key: 'auditforge/exports/eng-1-20260508T132000Z.json' }), 502],
    ['a key with more behind', having({ s3_key: 'auditforge/exports/eng-1-20260508T132000Z.jsonl\n' }), 502],
    ['no key', having({ s3_key: null }), 502],
    ['a list for a key', having({ s3_key: ['auditforge/exports/eng-1-20260508T132000Z.jsonl'] }), 502],
    ['a key of no object', having({ s3_key: 'auditforge/exports/eng-1-20000101T000000Z.jsonl' }), 410],
    ['another bucket', having({ s3_bucket: 'somebody-elses' }), 502],
    ['another version', having({ s3_version_id: 'not-a-version' }), 410],
    ['another engagement', having({ engagement_id: 'eng-12' }), 502],
    ['another id', having({ export_id: '20260508T132000Z-aaaaaaaaaa' }), 502],
    ['another schema', having({ schema: 'auditforge.export-record/2' }), 502],
    ['a format of the prototype', having({ format: 'constructor' }), 502],
    ['another size', having({ size_bytes: 1 }), 410],
    ['no JSON', () => '{"schema":', 502],
    ['a list', (record) => JSON.stringify([record]), 502],
    ['null', () => 'null', 502],
    ['100 KB', (record) => JSON.stringify({ ...record, more: 'x'.repeat(100_000) }), 502],
    ['names of the prototype only', (r) => `{"__proto__":${JSON.stringify(r)},"constructor":{}}`, 502],
  ])('%s', async (_, alter, status) => {
    const { export_id } = await ready(service, 'eng-1');
    const key = recordKey('eng-1', export_id);
    const record = JSON.parse((await service.read(key)).body.toString()) as Fields;
    await service.put(key, alter(record));
    const answer = await look(service, 'eng-1', export_id);
    expect(answer.body.toString()).not.toContain('X-Amz-');
    expect([answer.status, answer.json<ExportAnswer>().code]).toEqual([
      status,
      status === 410 ? 'export_gone' : 'invalid_export_record',
    ]);
    await remove(service, key);
  });
});

function having(changed: Fields): (record: Fields) => string {
  return (record) => JSON.stringify({ ...record, ...changed });
}
