import type { UnfinishedExport } from './types.js';

export interface Waiting {
  signal?: AbortSignal | undefined;
}

/** Of an export that may outlive the request. */
export interface WaitingForExport extends Waiting {
  /** Told how far the export is, once it takes longer than one request, each time that the service is asked. */
  onProgress?: ((standing: UnfinishedExport) => void) | undefined;
}
