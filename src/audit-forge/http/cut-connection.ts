import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Ends a connection so that the client cannot take what it has for the whole, and so that nothing which still
 * waits to be sent is sent: its memory is about to be lent to somebody else.
 */
export function cutConnection(socket: Socket): void {
  // A TLS connection cannot be reset. Without its closing alert the body is seen to be cut all the same.
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
