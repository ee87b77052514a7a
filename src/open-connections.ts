import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** For answers that are no exports; those have ended by then. */
const ANSWER_LIMIT_MS = 5_000;

/**
 * The connections of a server, and what each still has to answer. Node waits with the end of a server for a
 * connection that has sent nothing, or half a request, for as long as its client likes.
 */
export class OpenConnections {
  private readonly unanswered = new Map<Socket, number>();
  private readonly unreadable = new WeakSet<Socket>();
  private ending = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.unanswered.set(socket, 0);
      socket.once('close', () => this.unanswered.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.count(socket, 1);
      response.once('close', () => this.count(socket, -1));
    });
  }

  /** Whether an answer is under way on it. */
  isBusy(socket: Socket): boolean {
    return (this.unanswered.get(socket) ?? 0) > 0;
  }

  /** Ends one once it has answered what it has: what comes on it cannot be read any more. */
  endWhenAnswered(socket: Socket): void {
    this.unreadable.add(socket);
    this.endIfIdle(socket);
  }

  /** Ends each connection once it has nothing more to answer. */
  end(): void {
    this.ending = true;
    for (const socket of this.unanswered.keys()) this.endIfIdle(socket);
    setTimeout(() => {
      for (const socket of this.unanswered.keys()) socket.destroy();
    }, ANSWER_LIMIT_MS).unref();
  }

  private count(socket: Socket, change: number): void {
    const before = this.unanswered.get(socket);
    if (before === undefined) return;
    this.unanswered.set(socket, before + change);
    if (this.ending || this.unreadable.has(socket)) this.endIfIdle(socket);
  }

  private endIfIdle(socket: Socket): void {
    if (this.isBusy(socket)) return;
    // What is still to be sent goes out first.
    socket.destroySoon();
  }
}
