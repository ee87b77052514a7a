import helmet from 'helmet';
import { isLoopback } from './config/loopback.js';

/**
 * Headers that keep a browser from doing more with an answer than was meant. Pages of the service itself run
 * under this policy: nothing inline, nothing from elsewhere, in nobody's frame.
 */
export function securityHeaders(host: string): ReturnType<typeof helmet> {
  // On loopback there is no TLS to insist on.
  const hasTls = !isLoopback(host);
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        ...(hasTls ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: hasTls ? { maxAge: 365 * 24 * 3600, includeSubDomains: false } : false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}
