import { connect, type Socket } from 'node:net';
import type { ResponseMeter } from './response-meter.js';

export interface Traffic {
  requests: number;
  bytesToStore: number;
  bytesFromStore: number;
  inFlight: number;
  peakInFlight: number;
}

/**
 * One connection through the proxy. The first data of each request waits for the delay; what follows stays in the
 * socket meanwhile and keeps its order. Answers go on at once.
 */
export function carry(
  client: Socket,
  store: { host: string; port: number },
  delayMs: number,
  traffic: Traffic,
  response: ResponseMeter,
): void {
  const server = connect({ ...store, noDelay: true, allowHalfOpen: true });
  let requested = false;
  let counted = false;
  let delay: NodeJS.Timeout | undefined;

  const answered = (): void => {
    if (counted) traffic.inFlight--;
    counted = false;
  };
  const forward = (data: Buffer): void => {
    traffic.bytesToStore += data.length;
    if (server.write(data)) client.resume();
    else client.pause();
  };

  client.on('data', (data: Buffer) => {
    if (requested) {
      forward(data);
      return;
    }
    requested = true;
    answered();
    counted = true;
    traffic.requests++;
    traffic.peakInFlight = Math.max(traffic.peakInFlight, ++traffic.inFlight);
    response.begin(data.toString('latin1', 0, 5) === 'HEAD ');
    if (delayMs === 0) {
      forward(data);
      return;
    }
    client.pause();
    delay = setTimeout(() => {
      delay = undefined;
      forward(data);
    }, delayMs);
  });
  server.on('data', (data: Buffer) => {
    traffic.bytesFromStore += data.length;
    const heard = response.push(data);
    // After an interim answer the body of the same request follows.
    if (heard !== 'interim') requested = false;
    if (heard === 'end') answered();
    if (!client.write(data)) server.pause();
  });
  // What was sent before may drain while the next request waits.
  server.on('drain', () => {
    if (delay === undefined) client.resume();
  });
  client.on('drain', () => server.resume());
  client.on('end', () => server.end());
  server.on('end', () => client.end());
  const end = (): void => {
    clearTimeout(delay);
    answered();
    client.destroy();
    server.destroy();
  };
  for (const socket of [client, server]) socket.on('error', end).on('close', end);
}
