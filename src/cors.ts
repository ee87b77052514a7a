import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';

type CorsDelegate = Parameters<NestExpressApplication['enableCors']>[0] & ((...args: never[]) => unknown);

/** What a page of another origin may read beside the body. */
const EXPOSED = ['Content-Disposition', 'Location', 'Preference-Applied', 'Retry-After', 'X-Request-Id'];
const ALLOWED = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Prefer',
  'X-Admin-Token',
  'X-Request-Id',
];
const PREFLIGHT_SECONDS = 600;

/** Lets pages of these origins call the service with a token of theirs, and never with a cookie. */
export function enableCors(app: NestExpressApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  const delegate = (
    { headers }: IncomingMessage,
    callback: (error: null, options: Record<string, unknown>) => void,
  ) => {
    const { origin } = headers;
    callback(null, {
      // `false` leaves the request to its route, as if there were no CORS.
      origin: origin !== undefined && allowed.has(origin) ? origin : false,
      credentials: false,
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      allowedHeaders: ALLOWED,
      exposedHeaders: EXPOSED,
      maxAge: PREFLIGHT_SECONDS,
    });
  };
  app.enableCors(delegate as CorsDelegate);
}
