import type { Readable } from 'node:stream';

/** What an operation answers: a string is XML. Headers without a value are left out. */
export interface Answer {
  status: number;
  headers?: Record<string, string | undefined>;
  body?: string | Readable;
}
