import { CommandError } from '../command-line.js';
import { InvalidEnvironment } from '../config/environment.js';
import type { Run } from './run.js';

/** What keeps a service or a worker from starting, and what would be right. */
export function startProblem(error: unknown, environment: Run['environment']): string {
  if (error instanceof InvalidEnvironment || error instanceof CommandError) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  const management = 'AUDITFORGE_MANAGEMENT_PORT';
  const name = environment[management] === String(port) ? management : 'PORT';
  if (code === 'EADDRINUSE') return `Port ${port} is taken: set ${name} to a free one.`;
  if (code === 'EACCES') return `Port ${port} may not be opened: set ${name} to one from 1024 on.`;
  return String((error as Error).stack ?? error);
}
