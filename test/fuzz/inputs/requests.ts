import { METHODS } from 'node:http';
import fc from 'fast-check';
import type { WireRequest } from '../wire/request.js';
import { credential } from './credentials.js';
import { headers, host, manyHeaders } from './headers.js';
import { query } from './queries.js';
import { oddTarget, path } from './targets.js';

const method = fc.oneof(
  { weight: 16, arbitrary: fc.constant('GET') },
  { weight: 3, arbitrary: fc.constant('HEAD') },
  { weight: 1, arbitrary: fc.constant('OPTIONS') },
  { weight: 2, arbitrary: fc.constantFrom(...METHODS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('get', 'Get', 'BREW', 'GETGET', '__proto__', 'G', 'X'.repeat(300)),
  },
);

const body: fc.Arbitrary<WireRequest['body']> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ text: '', framing: 'none' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      text: fc
        .oneof(
          fc.constantFrom(
            '',
            '{}',
            '{',
            '{"__proto__":{"admin":true}}',
            'format=csv&delivery=email',
            // A request within a body is a body.
            'GET /auditforge/engagement/eng-1 HTTP/1.1\r\nHost: x\r\n\r\n',
            '0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
            'x'.repeat(20_000),
          ),
          fc.json(),
        )
        .map((text) => Buffer.from(text).toString('latin1')),
      framing: fc.constantFrom('length' as const, 'chunks' as const),
    }),
  },
);

/** Requests round the right ones. @param ids of engagements that exist */
export function request(ids: readonly string[]): fc.Arbitrary<WireRequest> {
  const target = fc.oneof(
    { weight: 14, arbitrary: fc.tuple(path(ids), query).map(([one, other]) => one + other) },
    { weight: 1, arbitrary: oddTarget(ids) },
  );
  const others = fc.oneof({ weight: 40, arbitrary: headers }, { weight: 1, arbitrary: manyHeaders });
  return fc
    .record({
      method,
      target,
      version: fc.oneof(
        { weight: 14, arbitrary: fc.constant('1.1' as const) },
        { weight: 1, arbitrary: fc.constant('1.0' as const) },
      ),
      host,
      others,
      credential: credential(ids),
      credentialsLast: fc.boolean(),
      body,
    })
    .map(
      ({
        host: hosts,
        others: more,
        credential: presented,
        credentialsLast,
        version,
        body: sent,
        ...rest
      }) => {
        const { headers: proven, proof, secrets } = presented;
        return {
          ...rest,
          version,
          headers: credentialsLast ? [...hosts, ...more, ...proven] : [...proven, ...hosts, ...more],
          // HTTP/1.0 knows no chunks.
          body:
            version === '1.0' && sent.framing === 'chunks' ? { ...sent, framing: 'length' as const } : sent,
          proof,
          secrets,
        };
      },
    );
}
