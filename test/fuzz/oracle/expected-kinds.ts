import { METHODS } from 'node:http';
import { headOf, valuesIn, type WireRequest } from '../wire/request.js';
import { isGoodQuery } from './good-query.js';

/** About Node's limit, which is of 16 KiB: least of all bytes, most of those of names and values alone. */
const HEAD_LIMIT = { least: 15_500, most: 17_000 };
/** The most that Node adds for each header. */
const EACH_HEADER = 40;
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const TOO_LARGE = '431 headers_too_large';
const MALFORMED = '400 malformed_request';
/** Of a target that is no plain path: whatever it is taken for, it is refused or answered in one of these ways. */
const ANY = [
  '200',
  '204',
  MALFORMED,
  '401 authentication_required',
  '403 engagement_out_of_scope',
  '404 not_found',
  '404 engagement_not_found',
  '405 method_not_allowed',
  '422 invalid_parameters',
  '505 http_version_not_supported',
];

/**
 * What a request may be answered with, by the contract and not by the service: the order of its checks, and no
 * more than one answer wherever the request is plain.
 * @param known ids of engagements that exist
 */
export function expectedKinds(request: WireRequest, known: ReadonlySet<string>): string[] {
  const { target, headers } = request;
  const size = headOf(request).length;
  const text = headers.reduce((sum, [name, value]) => sum + name.length + value.length, target.length);
  if (text > HEAD_LIMIT.most) {
    // What comes first in the bytes may be refused before the rest is too much.
    return isPlain(request) ? [TOO_LARGE] : [TOO_LARGE, MALFORMED];
  }
  const kinds = isPlain(request) ? plainKinds(request, known) : ANY;
  const counted = size + EACH_HEADER * headers.length;
  return counted < HEAD_LIMIT.least ? kinds : [...kinds, TOO_LARGE];
}

function isPlain({ method, target }: WireRequest): boolean {
  return METHODS.includes(method) && method !== 'CONNECT' && /^\/[!-"$-~]*$/.test(target);
}

function plainKinds(request: WireRequest, known: ReadonlySet<string>): string[] {
  const { method, target, version, proof } = request;
  if (version === '1.1' && valuesIn(request, 'host').length === 0) return [MALFORMED];
  const [path = '', ...rest] = target.split('?');
  const route = /^\/auditforge\/engagement\/([^/]+)(\/audit-log)?$/.exec(path);
  if (route === null) return isDecodable(path) ? ['404 not_found'] : ['404 not_found', MALFORMED];
  if (!isDecodable(route[1]!)) return [MALFORMED];
  if (method === 'OPTIONS') return ['204'];
  if (method !== 'GET' && method !== 'HEAD') return ['405 method_not_allowed'];
  const id = decodeURIComponent(route[1]!);
  const query = rest.join('?');
  const isLog = route[2] !== undefined;
  if (proof.kind === 'nothing') return ['401 authentication_required'];
  if (proof.kind === 'session' && !proof.engagements.includes(id)) return ['403 engagement_out_of_scope'];
  if (!ID.test(id) || !isGoodQuery(query, isLog)) return ['422 invalid_parameters'];
  if (version === '1.0' && isLog && !query.includes('delivery=signed_url'))
    return ['505 http_version_not_supported'];
  return [known.has(id) ? '200' : '404 engagement_not_found'];
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
