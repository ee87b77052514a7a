import { randomBytes } from 'node:crypto';
import { timestamp } from '../clock.js';

/** When an export was accepted, and 50 random bits: ids sort by time, and none can be guessed. */
export const EXPORT_ID = /^\d{8}T\d{6}Z-[a-z2-7]{10}$/;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

export function newExportId(at: Date): string {
  return `${timestamp(at)}-${randomLetters(10)}`;
}

/** Five random bits each. */
export function randomLetters(count: number): string {
  return Array.from(randomBytes(count), (byte) => ALPHABET[byte & 31]).join('');
}

/** The random part of an id. */
export function randomOfExportId(exportId: string): string {
  return exportId.slice(-10);
}

/** Of the pattern, and of a time that there is. */
export function isExportId(text: string): boolean {
  return EXPORT_ID.test(text) && !Number.isNaN(timeOfExportId(text).getTime());
}

/** The second in an id; an invalid date where the digits are none. */
export function timeOfExportId(exportId: string): Date {
  const iso = exportId.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*$/, '$1-$2-$3T$4:$5:$6Z');
  return new Date(iso);
}
