import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Express, NextFunction, Request, Response } from 'express';
import { AuditForgeError } from '../audit-forge/errors/audit-forge.error.js';
import { configureServer } from '../http-server.js';
import { OpenConnections } from '../open-connections.js';

const PATHS = /^\/(?:metrics|health)(?:\/|$)/;

/**
 * A second server for `/metrics` and `/health`, where only those inside are to see them: on the service's own
 * port they are then as unknown as everything else is on this one.
 */
export class ManagementPort {
  private readonly received = new WeakSet<IncomingMessage>();
  private readonly server;
  private readonly connections;

  /** @param express of the service, before it has any route */
  constructor(express: Express) {
    const pass: RequestListener = (request, response) => {
      this.received.add(request);
      express(request, response);
    };
    this.server = createServer(pass);
    this.connections = new OpenConnections(this.server);
    configureServer(this.server, this.connections);
    express.use((request: Request, _response: Response, next: NextFunction) => {
      const isHere = this.received.has(request) === PATHS.test(request.path);
      next(isHere ? undefined : new AuditForgeError('not_found'));
    });
  }

  /** @throws an error of the socket, such as EADDRINUSE */
  async listen(port: number, host: string): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  close(): void {
    this.server.close();
    this.connections.end();
  }
}
