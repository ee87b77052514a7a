import { Stalled } from '../read-errors.js';
import { Connection, type ConnectionLimits, type Origin, type Receiver } from './connection.js';
import { BadResponse } from './response-head.js';

/**
 * Keep-alive connections to one store. As many as there are requests at once: who asks is bounded already
 * (ReadBudget). An idle one ends by its own stall limit.
 */
export class Connections {
  private readonly idle: Connection[] = [];
  private readonly open = new Set<Connection>();
  private destroyed = false;

  constructor(
    private readonly origin: Origin,
    private readonly limits: ConnectionLimits,
  ) {}

  get size(): number {
    return this.open.size;
  }

  async get(head: string, receiver: Receiver, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const connection = this.idle.pop() ?? this.connect();
      const { isReused } = connection;
      try {
        await connection.get(head, receiver, signal);
        if (connection.isOpen) this.idle.push(connection);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isReused || connection.isAnswered || this.destroyed || isAnswer(error)) throw error;
        // The store had closed it as idle, which its next request is the first to notice: no failure.
      }
    }
  }

  destroy(): void {
    this.destroyed = true;
    for (const connection of this.open) connection.destroy();
  }

  private connect(): Connection {
    const connection: Connection = new Connection(this.origin, this.limits, () => {
      this.open.delete(connection);
      const at = this.idle.indexOf(connection);
      if (at !== -1) this.idle.splice(at, 1);
    });
    this.open.add(connection);
    return connection;
  }
}

/** The store had the request, or may have it. */
function isAnswer(error: unknown): boolean {
  return error instanceof Stalled || error instanceof BadResponse;
}
