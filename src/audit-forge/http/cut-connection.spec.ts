import { once } from 'node:events';
import { createServer, connect, Socket, type AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect, it } from '@jest/globals';
import { cutConnection } from './cut-connection.js';

it('resets a connection: what still waits is not sent', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const failed = once(client, 'error');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  accepted.on('error', () => undefined);
  // More than the kernel takes at once, since nobody reads.
  const waiting = Buffer.alloc(64 * 1024 * 1024, 'x');
  accepted.write(waiting);
  cutConnection(accepted);
  waiting.fill('y');
  let got = '';
  client.setEncoding('latin1').on('data', (text: string) => (got += text));
  await expect(failed.then(([error]) => error as unknown)).resolves.toMatchObject({ code: 'ECONNRESET' });
  expect(got).not.toContain('y');
  server.close();
});

it('ends a TLS connection, which cannot be reset', () => {
  const socket = new TLSSocket(new Socket());
  cutConnection(socket);
  expect(socket.destroyed).toBe(true);
});
