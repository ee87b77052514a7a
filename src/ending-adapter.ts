import { ExpressAdapter } from '@nestjs/platform-express';
import type { ManagementPort } from './management/management-port.js';
import type { OpenConnections } from './open-connections.js';

/** Ends its connections with its server. Exports that run have finished by then (ExportSlots). */
export class EndingAdapter extends ExpressAdapter {
  connections: OpenConnections | undefined;
  management: ManagementPort | undefined;

  override close(): Promise<unknown> | undefined {
    const closed = super.close();
    this.connections?.end();
    this.management?.close();
    return closed;
  }
}
