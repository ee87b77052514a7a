import { Redis, type RedisOptions } from 'ioredis';

const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 1_500;
const LONGEST_RECONNECT_MS = 5_000;

const RECONNECTING = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (times: number) => Math.min(LONGEST_RECONNECT_MS, times * 200),
  // After a failover the old primary still takes connections, but no writes.
  reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
};

/** A connection on which a command that cannot be sent now fails now. */
export function promptConnection(url: string): Redis {
  return new Redis(url, {
    ...RECONNECTING,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
}

/** A connection on which commands wait for Redis to come back, as BullMQ's worker wants it. */
export class PatientConnection extends Redis {
  private readonly copies: Redis[] = [];

  constructor(url: string) {
    super(url, { ...RECONNECTING, maxRetriesPerRequest: null });
  }

  /** BullMQ makes a copy, to wait on it for jobs. One that never was connected, only its maker can end. */
  override duplicate(options?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(options);
    this.copies.push(copy);
    return copy;
  }

  /** Drops what waits. */
  disconnectAll(): void {
    for (const connection of [this, ...this.copies]) connection.disconnect();
  }
}
