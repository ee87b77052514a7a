import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ServiceProcess } from '../../support/service-process.js';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';

/** Asks for a log as the admin, and reads nothing of it. The socket is paused. */
export async function askWithoutReading(service: ServiceProcess, engagement: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(service.logAddress(engagement));
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nx-admin-token: ${ADMIN_TOKEN}\r\n\r\n`);
  return socket;
}
