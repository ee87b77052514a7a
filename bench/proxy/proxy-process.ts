import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { carry, type Traffic } from './connection.js';
import { ResponseMeter } from './response-meter.js';

/** Messages: `reset` begins to count anew, `read` is answered with the counts. Both are answered. */
const [host, port, delayMs] = process.argv.slice(2) as [string, string, string];
const traffic: Traffic = { requests: 0, bytesToStore: 0, bytesFromStore: 0, inFlight: 0, peakInFlight: 0 };

const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) =>
  carry(client, { host, port: Number(port) }, Number(delayMs), traffic, new ResponseMeter()),
);
process.on('message', (message) => {
  if (message === 'reset') {
    Object.assign(traffic, {
      requests: 0,
      bytesToStore: 0,
      bytesFromStore: 0,
      peakInFlight: traffic.inFlight,
    });
  }
  process.send?.(traffic);
});
// Without the process that measures, there is no one to stop it.
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
