import type { IncomingMessage } from 'node:http';
import { AuditForgeError } from '../errors/audit-forge.error.js';

/**
 * A cookie is sent by the browser, whichever page asks: only the service's own pages may use it. What a request
 * comes from is told by `Sec-Fetch-Site`, which no script can set (https://w3c.github.io/webappsec-fetch-metadata/).
 *
 * @param orByHand also `none`: an address that was typed, a bookmark, a download that goes on
 * @throws AuditForgeError `cross_site_request`
 */
export function assertSameOrigin({ headersDistinct }: IncomingMessage, orByHand = false): void {
  const sites = headersDistinct['sec-fetch-site'] ?? [];
  const [site] = sites;
  if (sites.length === 1 && (site === 'same-origin' || (orByHand && site === 'none'))) return;
  throw new AuditForgeError('cross_site_request');
}
