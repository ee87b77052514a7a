import { once } from 'node:events';
import { createServer } from 'node:net';
import { CommandError } from '../command-line.js';

/** What a port is for, and how to choose another one. */
export interface PortUse {
  port: number;
  what: string;
  option: string;
  variable: string;
}

/**
 * Asks before anything is begun, so that a taken port leaves nothing half done.
 * @throws CommandError
 */
export async function requireFreePort({ port, what, option, variable }: PortUse): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`;
    throw new CommandError(
      `Port ${port} for ${what} ${problem}: choose another one with ${option} or ${variable}.`,
    );
  }
  server.close();
  await once(server, 'close');
}
