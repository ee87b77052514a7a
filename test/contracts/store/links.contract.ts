import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, expect, it } from '@jest/globals';
import type { Contract } from '../store-under-test.js';

const SECRET_LINE = '{"event":"llm_call","secret":"the bytes that must not leak"}\n';
const KEY = 'auditforge/exports/eng-1 é+%-20260508T132000Z.jsonl';

export function describeLinks(contract: () => Contract): void {
  let bucket: string;
  let link: string;
  const sign = (options: { expiresIn: number; signingDate?: Date }, key = KEY) =>
    getSignedUrl(contract().client, new GetObjectCommand({ Bucket: bucket, Key: key }), options);

  beforeAll(async () => {
    bucket = await contract().store.makeBucket();
    await contract().put(bucket, KEY, SECRET_LINE, {
      ContentType: 'application/x-ndjson',
      ContentDisposition: 'attachment; filename="eng-1.jsonl"',
    });
    link = await sign({ expiresIn: 600 });
  });

  it('opens without any other header than host signed', async () => {
    expect(new URL(link).searchParams.get('X-Amz-SignedHeaders')).toBe('host');
    const { status, text, headers } = await open(link);
    expect({ status, text }).toEqual({ status: 200, text: SECRET_LINE });
    expect(headers.get('content-disposition')).toBe('attachment; filename="eng-1.jsonl"');
  });

  it('resumes with a range', async () => {
    const { status, text } = await open(link, { headers: { range: 'bytes=10-' } });
    expect({ status, text }).toEqual({ status: 206, text: SECRET_LINE.slice(10) });
  });

  it.each(['PUT', 'HEAD', 'DELETE', 'POST'])('signed for GET, refuses %s', async (method) => {
    expect((await open(link, { method })).status).toBe(403);
    expect((await open(link)).text).toBe(SECRET_LINE);
  });

  it('is of no use once expired, nor before its time', async () => {
    const past = await sign({ expiresIn: 60, signingDate: new Date(Date.now() - 90_000) });
    expect((await open(past)).status).toBe(403);
    const still = await sign({ expiresIn: 60, signingDate: new Date(Date.now() - 30_000) });
    expect((await open(still)).status).toBe(200);
    const future = await sign({ expiresIn: 60, signingDate: new Date(Date.now() + 3_600_000) });
    expect((await open(future)).status).toBe(contract().departs('links before their time') ? 200 : 403);
  });

  it('cannot be made to live longer', async () => {
    const past = await sign({ expiresIn: 60, signingDate: new Date(Date.now() - 90_000) });
    const { status, text } = await open(past.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'));
    expect(status).toBe(403);
    expect(text).not.toContain('llm_call');
  });

  it('opens one key only', async () => {
    await contract().put(bucket, 'auditforge/exports/eng-2.jsonl', SECRET_LINE);
    const { pathname, search } = new URL(await sign({ expiresIn: 60 }, 'auditforge/exports/eng-3.jsonl'));
    const other = pathname.replace('eng-3', 'eng-2');
    expect((await open(`${contract().store.config.endpoint}${other}${search}`)).status).toBe(403);
    const none = await open(await sign({ expiresIn: 60 }, 'auditforge/exports/none'));
    expect(none.status).toBe(404);
  });

  it('takes no further parameter and does without none', async () => {
    expect((await open(`${link}&versionId=null`)).status).toBe(403);
    const { origin, pathname, searchParams } = new URL(link);
    for (const name of searchParams.keys()) {
      const rest = link.slice(link.indexOf('?') + 1).split('&');
      const without = rest.filter((pair) => !pair.startsWith(`${name}=`)).join('&');
      const { status, text } = await open(`${origin}${pathname}?${without}`);
      expect([400, 401, 403, 404]).toContain(status);
      expect(text).not.toContain('llm_call');
    }
  });

  it('is refused with any character of the signature changed', async () => {
    const start = link.indexOf('X-Amz-Signature=') + 'X-Amz-Signature='.length;
    for (let at = start; at < start + 64; at++) {
      const { status, text } = await open(withChanged(link, at));
      expect({ at, status }).toEqual({ at, status: 403 });
      expect(text).not.toContain('llm_call');
    }
  });

  it('is refused with any other character changed', async () => {
    const start = contract().store.config.endpoint.length + 1;
    const end = link.indexOf('X-Amz-Signature=');
    for (let at = start; at < end; at += 2) {
      // Another spelling of the same character (%2f for %2F) is another matter than another character.
      if (/%.?$/.test(link.slice(0, at)) || !/[\w-]/.test(link[at]!)) continue;
      const { status, text } = await open(withChanged(link, at));
      expect({ at, status: [400, 401, 403, 404].includes(status) ? 'refused' : status }).toEqual({
        at,
        status: 'refused',
      });
      expect(text).not.toContain('llm_call');
    }
  });
}

/** A digit becomes another digit, a letter another letter; the address still parses. */
function withChanged(link: string, at: number): string {
  const from = link[at]!;
  const to = /\d/.test(from) ? String((Number(from) + 1) % 10) : from === 'b' ? 'c' : 'b';
  return link.slice(0, at) + to + link.slice(at + 1);
}

/** Status and body; the body is always read, so no socket is left. */
async function open(url: string, init: RequestInit = {}) {
  const answer = await fetch(url, init);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}
