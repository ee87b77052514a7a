import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';

/** What an identity provider may do instead of giving its keys. */
export type JwksOutage =
  'status 500' | 'refused' | 'hanging' | 'rubbish' | 'no key set' | 'huge' | 'redirect';

const HUGE_BYTES = 4 * 2 ** 20;

/** The key set address of an identity provider, whose keys can be changed and which can be away. */
export class JwksServer {
  /** Method and path of every request, oldest first. */
  readonly requests: string[] = [];
  keys: JWK[] = [];
  /** Where `redirect` sends whoever asks. */
  elsewhere = '';
  private outage: JwksOutage | undefined;
  private port = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(`${request.method} ${request.url}`);
      this.answer(response);
    });
  }

  static async start(keys: JWK[] = []): Promise<JwksServer> {
    const jwks = new JwksServer(createServer());
    jwks.keys = keys;
    await jwks.listen();
    return jwks;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/jwks.json`;
  }

  /** Until `recover`. */
  async fail(outage: JwksOutage): Promise<void> {
    this.outage = outage;
    if (outage === 'refused') await this.close();
  }

  async recover(): Promise<void> {
    this.outage = undefined;
    if (!this.server.listening) await this.listen();
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  private answer(response: ServerResponse): void {
    const keySet = JSON.stringify({ keys: this.keys });
    // Each request on a connection of its own, so that none is left of before an outage.
    response.setHeader('Connection', 'close');
    response.setHeader('Content-Type', 'application/json');
    switch (this.outage) {
      case undefined:
        response.end(keySet);
        return;
      case 'refused':
      case 'hanging':
        return;
      case 'status 500':
        // With the right keys, which are not to be believed.
        response.writeHead(500).end(keySet);
        return;
      case 'redirect':
        response.writeHead(302, { Location: this.elsewhere }).end(keySet);
        return;
      case 'rubbish':
        response.end(`<html>${keySet}`);
        return;
      case 'no key set':
        response.end(JSON.stringify({ keys: keySet }));
        return;
      case 'huge':
        response.end(`${keySet}${'x'.repeat(HUGE_BYTES)}`);
    }
  }
}
