import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an export into an object is answered with. */
export interface Link {
  signed_url: string;
  s3_key: string;
  size_bytes: number;
}

export interface Exports {
  signedUrl(engagementId: string): Promise<Link>;
  stream?(engagementId: string, response: ServerResponse): Promise<void>;
}

/** The address of the service, for another implementation of it. Prints where it listens as one line. */
export async function serve(exports: Exports): Promise<void> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const id = /^\/auditforge\/engagement\/([\w-]+)\/audit-log$/.exec(url.pathname)?.[1];
    const streams = url.searchParams.get('delivery') === 'stream';
    if (id === undefined || (streams && exports.stream === undefined)) {
      response.writeHead(404).end();
      return;
    }
    const answer = streams ? exports.stream!(id, response) : answerLink(exports, id, response);
    answer.catch((error: unknown) => fail(response, error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
}

export function exportKey(engagementId: string): string {
  return `auditforge/exports/${engagementId}-${process.pid}-${performance.now().toFixed(6)}.jsonl`;
}

async function answerLink(exports: Exports, id: string, response: ServerResponse): Promise<void> {
  const body = JSON.stringify(await exports.signedUrl(id));
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
}

function fail(response: ServerResponse, error: unknown): void {
  process.stderr.write(`${String((error as Error).stack ?? error)}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end(String(error));
}
