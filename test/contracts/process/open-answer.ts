import { once } from 'node:events';
import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import { until } from '../../support/until.js';

/** An answer that a test reads bit by bit, as the admin. */
export class OpenAnswer {
  private readonly received: Buffer[] = [];

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.on('data', (bytes: Buffer) => this.received.push(bytes));
  }

  /** Resolves when its head has come; its body is being read from then on. */
  static async of(url: string, agent: Agent | false = false): Promise<OpenAnswer> {
    const request = httpRequest(url, { headers: { 'x-admin-token': ADMIN_TOKEN }, agent });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new OpenAnswer(request, response);
  }

  /** How much of its body has come. */
  get length(): number {
    return this.received.reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether it came over a connection that the agent had from before. */
  get onKeptConnection(): boolean {
    return this.request.reusedSocket;
  }

  /** Resolves when nothing more will come. */
  async end(): Promise<{ body: Buffer; cut: boolean }> {
    await until(() => this.response.closed);
    return { body: Buffer.concat(this.received), cut: !this.response.complete };
  }

  leave(): void {
    this.request.destroy();
  }
}
