import type { INestApplication } from '@nestjs/common';
import type { Settings } from './config/settings.js';
import { EndingAdapter } from './ending-adapter.js';

/** Opens the ports of an application of `createApp`. @throws an error of the socket, such as EADDRINUSE */
export async function listen(app: INestApplication, settings: Settings): Promise<void> {
  await app.listen(settings.port, settings.host);
  await listenForManagement(app, settings);
}

/** The port of `/metrics` and `/health` alone, where one is set. */
export async function listenForManagement(
  app: INestApplication,
  { managementPort, host }: Settings,
): Promise<void> {
  const adapter = app.getHttpAdapter();
  if (managementPort === undefined || !(adapter instanceof EndingAdapter)) return;
  await adapter.management!.listen(managementPort, host);
}
