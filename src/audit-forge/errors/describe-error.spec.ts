import { describe, expect, it } from '@jest/globals';
import { AuditForgeError } from './audit-forge.error.js';
import { describeError } from './describe-error.js';

const LINK = 'https://bucket.s3.amazonaws.com/key.jsonl?X-Amz-Credential=AKIA&X-Amz-Signature=abcdef';

describe('an error in the log', () => {
  it('is its name, code and message, and its causes', () => {
    const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const error = new AuditForgeError('corrupt_shard', { cause, context: { shard: 'a.jsonl', line: 7 } });
    expect(describeError(error)).toEqual({
      name: 'AuditForgeError',
      code: 'corrupt_shard',
      message: expect.stringContaining('corrupt_shard: '),
      context: { shard: 'a.jsonl', line: 7 },
      cause: { name: 'Error', code: 'ECONNRESET', message: 'socket hang up' },
    });
  });

  it('tells the place of a mistake in the program, since its message alone does not lead there', () => {
    expect(describeError(new TypeError('x is not a function'))).toMatchObject({
      stack: expect.stringContaining('describe-error.spec'),
    });
  });

  it('tells the status and the request id of the store', () => {
    const error = Object.assign(new Error('no'), {
      $metadata: { httpStatusCode: 403, requestId: 'R1', cfId: 'x' },
    });
    expect(describeError(error)).toEqual({
      name: 'Error',
      message: 'no',
      http_status: 403,
      s3_request_id: 'R1',
    });
  });

  it.each([
    ['alone', LINK],
    ['in a sentence', `connect to ${LINK} failed`],
    ['twice', `${LINK} and ${LINK}`],
    ['over http', `GET ${LINK.replace('https', 'http')}`],
    ['in quotes', `"${LINK}"`],
  ])('hides the query of a link: %s', (_, message) => {
    const described = JSON.stringify(describeError(new Error(message, { cause: new Error(message) })));
    expect(described).toContain('key.jsonl?REDACTED');
    expect(described).not.toMatch(/X-Amz|abcdef|AKIA/);
  });

  it('leaves an address without a query as it is', () => {
    expect(describeError(new Error('connect to https://example.com/a failed')).message).toBe(
      'connect to https://example.com/a failed',
    );
  });

  it('holds nothing else that hangs on an error', () => {
    const error = Object.assign(new Error('no'), {
      request: { headers: { authorization: 'Bearer secret-token' } },
      $response: { body: 'secret-token' },
      config: { url: 'secret-token' },
    });
    expect(JSON.stringify(describeError(error))).not.toContain('secret-token');
  });

  it('ends, also where causes go round in a circle', () => {
    const error = new Error('a');
    error.cause = error;
    let depth = 0;
    for (let at: unknown = describeError(error); at !== undefined; at = (at as { cause?: unknown }).cause)
      depth++;
    expect(depth).toBe(6);
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('may be a thrown %j', (thrown, message) => {
    expect(describeError(thrown)).toEqual({ message });
  });
});
