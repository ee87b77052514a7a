import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RegionalProxy {
  endpoint: string;
  /** Requests that were sent back for being signed for another region: method and path. */
  redirected: string[];
  close: () => Promise<void>;
}

/**
 * A store in front of another one that answers as S3 does for a bucket of another region: a request signed
 * for the wrong one is 301, names the right one, and goes no further.
 */
export async function regionalProxy(endpoint: string, region: string): Promise<RegionalProxy> {
  const redirected: string[] = [];
  const server = createServer((incoming, answer) => {
    if (signedRegion(incoming) === region) {
      forward(incoming, answer, endpoint);
      return;
    }
    redirected.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    incoming.resume();
    answer.writeHead(301, { 'x-amz-bucket-region': region, 'Content-Type': 'application/xml' });
    answer.end(
      incoming.method === 'HEAD'
        ? undefined
        : '<?xml version="1.0"?><Error><Code>PermanentRedirect</Code><Message>Another endpoint</Message></Error>',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    redirected,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The region of the credential scope, in the header or the query. */
function signedRegion({ headers, url }: IncomingMessage): string | undefined {
  const credential = `${headers.authorization ?? ''} ${decodeURIComponent(url ?? '')}`;
  return /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\//.exec(credential)?.[1];
}

function forward(incoming: IncomingMessage, answer: ServerResponse, endpoint: string): void {
  const { method, url, rawHeaders } = incoming;
  // The headers as they came: the signature covers the host by the name that the client used.
  const outgoing = httpRequest(`${endpoint}${url}`, { method, headers: rawHeaders, agent: false });
  outgoing.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
    response.pipe(answer);
  });
  outgoing.on('error', () => answer.destroy());
  incoming.pipe(outgoing);
}
