import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const ACCEPTED = 'net.server.socket';

/** What this process has open that is at work, seen from outside of whoever opened it. */
export class OpenHandles {
  private readonly accepted = new Set<Socket>();
  private readonly onAccepted = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    this.accepted.add(socket);
    socket.once('close', () => this.accepted.delete(socket));
  };

  constructor() {
    subscribe(ACCEPTED, this.onAccepted);
  }

  /**
   * Connections that somebody here waits for an answer on. An idle one that is kept for later is not active
   * on the side that opened it, but always on the side that accepted it, so those are taken off.
   */
  get busySockets(): number {
    return count('TCPSocketWrap') - this.accepted.size;
  }

  /** Accepted connections, idle ones too. */
  get acceptedSockets(): number {
    return this.accepted.size;
  }

  /** Timers that would keep the process from ending. */
  get timers(): number {
    return count('Timeout');
  }

  /** Everything that would, once all is closed. */
  get all(): string[] {
    return process.getActiveResourcesInfo().filter((name) => /^(TCP|Timeout|HTTP|Fs|FSReq)/i.test(name));
  }

  stop(): void {
    unsubscribe(ACCEPTED, this.onAccepted);
  }
}

function count(name: string): number {
  return process.getActiveResourcesInfo().filter((one) => one === name).length;
}
