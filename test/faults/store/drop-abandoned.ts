import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultProxy } from '../../support/faults/fault-proxy.js';

interface Forwarding {
  forward(incoming: IncomingMessage, answer: ServerResponse): Promise<IncomingMessage>;
}

/**
 * Makes the proxy drop what it held back for so long that the other side has gone. It would send it on all
 * the same, and nothing would ever end that request: its answer's `close` has been by then.
 */
export function dropAbandoned(proxy: FaultProxy): void {
  const forwarding = proxy as unknown as Forwarding;
  const forward = forwarding.forward.bind(proxy);
  forwarding.forward = async (incoming, answer) => {
    if (answer.closed) throw new Error('The other side has gone.');
    return forward(incoming, answer);
  };
}
