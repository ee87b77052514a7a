import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import { afterEach, expect, it } from '@jest/globals';
import { noAbort, s3ClientsWith } from '../../../test/support/aws-mock.js';
import { until } from '../../../test/support/until.js';
import { S3Store } from './s3-store.js';

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('ends a try that was refused while its body was still being sent', async () => {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    requests.push(request);
    // The first body is refused and never read, so that most of it stays with the sender.
    if (requests.length === 1) request.socket.write('HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n');
    else request.resume().on('end', () => response.writeHead(200, { ETag: '"a"' }).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients = s3ClientsWith({
    s3Endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    s3ForcePathStyle: true,
  });
  const part = { Key: 'a', UploadId: 'u', PartNumber: 1, Body: Buffer.alloc(32 * 1024 * 1024) };
  await new S3Store(clients).send('UploadPart', { bucket: 'exports' }, noAbort(), (client, target, abort) =>
    client.send(new UploadPartCommand({ ...target, ...part }), abort),
  );
  expect(requests).toHaveLength(2);
  const [refused] = requests;
  refused!.on('error', () => undefined).resume();
  await until(() => refused!.socket.destroyed);
  expect(refused!.socket.bytesRead).toBeLessThan(part.Body.length);
  clients.onApplicationShutdown();
});
