import type { Response } from 'express';

/** Aborted when the client goes away before its answer is complete. */
export function clientSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new ClientLeft());
  });
  return controller.signal;
}

export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';

  constructor() {
    super('the client has gone away');
  }
}
