import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule, type AppOverrides } from './app.module.js';
import type { Settings } from './config/settings.js';
import { enableCors } from './cors.js';
import { serveDocs } from './docs.js';
import { EndingAdapter } from './ending-adapter.js';
import { configureServer, createExpress, requireHttp1 } from './http-server.js';
import { ManagementPort } from './management/management-port.js';
import { OpenConnections } from './open-connections.js';
import { servePages } from './pages.js';

export interface CreateAppOverrides extends AppOverrides {
  /** The folder of the built front end; default: where the build puts it. */
  pages?: string;
}

/** The service, ready to listen. */
export async function createApp(
  settings: Settings,
  { pages, ...overrides }: CreateAppOverrides = {},
): Promise<NestExpressApplication> {
  const express = createExpress(settings);
  const adapter = new EndingAdapter(express);
  if (settings.managementPort !== undefined) adapter.management = new ManagementPort(express);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(settings, overrides),
    adapter,
    { bufferLogs: true, bodyParser: false, abortOnError: false },
  );
  app.useLogger(app.get(Logger));
  app.use(requireHttp1);
  enableCors(app, settings.corsOrigins);
  servePages(app, pages);
  serveDocs(app);
  const server: Server = app.getHttpServer();
  adapter.connections = new OpenConnections(server);
  configureServer(server, adapter.connections);
  // Exit code 0 after a shutdown that was asked for; else Nest ends the process by the signal itself.
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}
