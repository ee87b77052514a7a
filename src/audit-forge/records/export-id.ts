import { randomBytes } from 'node:crypto';
import { timestamp } from '../clock.js';

/** When an export was accepted, and 50 random bits: ids sort by time, and none can be guessed. */
export const EXPORT_ID = /^\d{8}T\d{6}Z-[a-z2-7]{10}$/;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

export function newExportId(at: Date): string {
  const random = Array.from(randomBytes(10), (byte) => ALPHABET[byte & 31]).join('');
  return `${timestamp(at)}-${random}`;
}

/** The second in an id. */
export function timeOfExportId(exportId: string): Date {
  const iso = exportId.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*$/, '$1-$2-$3T$4:$5:$6Z');
  return new Date(iso);
}
