import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule, type AppOverrides } from './app.module.js';
import type { Settings } from './config/settings.js';
import { configureServer, createExpress, requireHost } from './http-server.js';

/** The service, ready to listen. */
export async function createApp(
  settings: Settings,
  overrides: AppOverrides = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(settings, overrides),
    new ExpressAdapter(createExpress()),
    { bufferLogs: true, bodyParser: false, abortOnError: false },
  );
  app.useLogger(app.get(Logger));
  app.use(requireHost);
  configureServer(app.getHttpServer());
  // Exit code 0 after a shutdown that was asked for; else Nest ends the process by the signal itself.
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}
