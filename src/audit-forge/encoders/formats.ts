import { JsonArrayEncoder } from './json-array.encoder.js';
import { JsonlEncoder } from './jsonl.encoder.js';
import type { LogEncoder } from './log-encoder.js';

interface Format {
  /** File name ending, without the dot. */
  extension: string;
  contentType: string;
  encoder: () => LogEncoder;
}

/** The formats of a log. A new one is a line here and an encoder beside it. */
export const FORMATS = {
  jsonl: {
    extension: 'jsonl',
    contentType: 'application/x-ndjson',
    encoder: () => new JsonlEncoder(),
  },
  json: {
    extension: 'json',
    contentType: 'application/json',
    encoder: () => new JsonArrayEncoder(),
  },
} as const satisfies Record<string, Format>;

export type LogFormat = keyof typeof FORMATS;

export const LOG_FORMATS = Object.keys(FORMATS) as LogFormat[];
