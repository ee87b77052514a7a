import type { IncomingMessage } from 'node:http';
import type { Options } from 'pino-http';
import { requestIdOf } from './audit-forge/http/request-id.js';

/**
 * What JSON leaves as it is, but a terminal, or whoever reads lines, may take for an order: controls, line and
 * paragraph separators, and what turns text round or hides in it.
 */
const UNPRINTABLE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

function printable(line: string): string {
  return line.replaceAll(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Longer than any part of an address here; a token that was put into one is. */
const MAX_SEGMENT = 128;

function pathOf({ url = '' }: IncomingMessage): string {
  const segments = url.split('?')[0]!.split('/');
  return segments.map((segment) => (segment.length > MAX_SEGMENT ? '…' : segment)).join('/');
}

/**
 * JSON lines, none of which is of a request that went well. Which request a line is of is its id, method and
 * path: its query and headers may hold tokens, so they are not picked rather than redacted.
 */
export function loggingOptions(level = 'info'): Options {
  return {
    level,
    genReqId: requestIdOf,
    // Requests that are refused or fail have a line by the module, which knows why.
    autoLogging: false,
    hooks: { streamWrite: printable },
    serializers: {
      req: (request: { id: string; raw: IncomingMessage }) => ({
        id: request.id,
        method: request.raw.method,
        path: pathOf(request.raw),
      }),
    },
  };
}
