import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SignedUrlResponse } from '../../src/audit-forge/index.js';
import { MAX_ATTEMPTS } from '../../src/audit-forge/s3/retry.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event } from '../support/events.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import type { Fault } from '../support/faults/fault.js';
import { Service } from '../support/service.js';

const DELIVERIES = ['stream', 'signed_url'] as const;
const NUMBERS = [1, 2, 3, 4, 5];
const LOG = NUMBERS.map((number) => `${event(number)}\n`).join('');

/** A store in front of another one whose listings are rewritten; their lengths are those of what is sent. */
class ListingRewriter {
  rewrite: (xml: string) => string = (xml) => xml;
  /** As the store has sent it. */
  lastListing = '';
  listings = 0;

  private constructor(private readonly server: Server) {}

  static async start(endpoint: string): Promise<ListingRewriter> {
    const server = createServer();
    const rewriter = new ListingRewriter(server);
    server.on('request', (incoming: IncomingMessage, answer) => {
      const { method, url, rawHeaders } = incoming;
      const outgoing = httpRequest(`${endpoint}${url}`, { method, headers: rawHeaders, agent: false });
      outgoing.on('response', (response) => {
        if (!url!.includes('list-type=2')) {
          answer.writeHead(response.statusCode!, response.rawHeaders);
          response.pipe(answer);
          return;
        }
        void rewriter.rewritten(response).then((body) => {
          answer.writeHead(200, { 'content-type': 'application/xml', 'content-length': body.length });
          return answer.end(body);
        });
      });
      incoming.pipe(outgoing);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return rewriter;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async rewritten(response: IncomingMessage): Promise<Buffer> {
    this.listings++;
    this.lastListing = Buffer.concat(await response.toArray()).toString();
    return Buffer.from(this.rewrite(this.lastListing));
  }
}

describe('listings that are odd', () => {
  let store: EmbeddedStore;
  let rewriter: ListingRewriter;
  let proxy: FaultProxy;
  let service: Service;
  beforeAll(async () => {
    store = await openEmbeddedStore();
    rewriter = await ListingRewriter.start(store.config.endpoint);
    const behind = { ...store, config: { ...store.config, endpoint: rewriter.endpoint } };
    proxy = await FaultProxy.start(behind);
    service = await Service.start({ store: proxy.storeBehind });
    await service.seed(
      'eng-1',
      Object.fromEntries(NUMBERS.map((number) => [`${number}.jsonl`, event(number)])),
    );
  });
  // Retries follow at once.
  beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0));
  afterEach(() => {
    jest.restoreAllMocks();
    proxy.reset();
    rewriter.rewrite = (xml) => xml;
    rewriter.listings = 0;
  });
  afterAll(async () => {
    await service.close();
    await proxy.close();
    await rewriter.close();
    await store.close();
  });

  /** The log that a client has in the end, or the code of the problem. */
  async function outcome(delivery: (typeof DELIVERIES)[number]): Promise<string> {
    const answer = await service.log('eng-1', `delivery=${delivery}`);
    expect(answer.cut).toBe(false);
    if (answer.status !== 200) return answer.json<{ code: string }>().code;
    if (delivery === 'stream') return String(answer.body);
    return String((await service.read(answer.json<SignedUrlResponse>().s3_key!)).body);
  }

  /** Rewrites the first listing that comes from now on. */
  function rewriteOnce(rewrite: (xml: string) => string): void {
    const first = rewriter.listings;
    rewriter.rewrite = (xml) => (rewriter.listings === first + 1 ? rewrite(xml) : xml);
  }

  it.each(DELIVERIES)('failures 4: one out of byte order is sorted (%s)', async (delivery) => {
    rewriter.rewrite = (xml) => {
      const [first, second, ...rest] = entries(xml) as [string, string];
      return withEntries(xml, [...rest.toReversed(), first, second]);
    };
    expect(await outcome(delivery)).toBe(LOG);
  });

  it.each(DELIVERIES)(
    'failures 4: one that repeats a key is 503, not a longer log (%s)',
    async (delivery) => {
      rewriter.rewrite = (xml) => {
        const all = entries(xml);
        return withEntries(xml, [...all, all[2]!]).replace('<KeyCount>5<', '<KeyCount>6<');
      };
      expect(await outcome(delivery)).toBe('storage_unavailable');
    },
  );

  it.each<Fault>([
    { kind: 'reset', after: 0 },
    { kind: 'reset', after: 700 },
    { kind: 'short', after: 0 },
    { kind: 'short', after: 500 },
    { kind: 'error body', code: 'InternalError' },
    { kind: 'lost answer' },
  ])('failures 4: one that does not come whole is asked for again: %j', async (fault) => {
    for (const delivery of DELIVERIES) {
      proxy.reset();
      let listings = 0;
      proxy.script = ({ operation }) => (operation === 'ListObjectsV2' && listings++ < 2 ? fault : undefined);
      expect(await outcome(delivery)).toBe(LOG);
      expect([listings, proxy.applied.length]).toEqual([3, 2]);
    }
  });

  it('failures 4: one that is cut at any byte, in a body of the right length, never makes a shorter log', async () => {
    await outcome('stream');
    const { length } = rewriter.lastListing;
    for (let at = 0; at < length; at += 13) {
      rewriteOnce((xml) => xml.slice(0, at));
      const delivery = at % 10 === 0 ? 'signed_url' : 'stream';
      const result = await outcome(delivery);
      if (result !== 'storage_unavailable') expect([at, result]).toEqual([at, LOG]);
    }
  });

  it.each(DELIVERIES)('failures 4: one that always lacks entries is 503 (%s)', async (delivery) => {
    rewriter.rewrite = (xml) => withEntries(xml, entries(xml).slice(1));
    expect(await outcome(delivery)).toBe('storage_unavailable');
    expect(rewriter.listings).toBe(MAX_ATTEMPTS);
  });
});

function entries(xml: string): string[] {
  return xml.match(/<Contents>.*?<\/Contents>/gs) ?? [];
}

function withEntries(xml: string, contents: string[]): string {
  return xml.replace(/<Contents>.*<\/Contents>/s, contents.join(''));
}
