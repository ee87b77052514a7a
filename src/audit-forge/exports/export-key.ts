import { timestamp } from '../clock.js';
import { FORMATS, type LogFormat } from '../encoders/formats.js';

export const EXPORT_PREFIX = 'auditforge/exports/';

/** `<id>-<timestamp>.<ext>`: the name that a client's browser gives the file. */
export function exportFileName(engagementId: string, at: Date, format: LogFormat): string {
  return `${engagementId}-${timestamp(at)}.${FORMATS[format].extension}`;
}

export function exportKey(engagementId: string, at: Date, format: LogFormat): string {
  return EXPORT_PREFIX + exportFileName(engagementId, at, format);
}

/** RFC 6266. The name needs no encoding: an engagement id has only letters, digits, `_` and `-`. */
export function attachment(fileName: string): string {
  return `attachment; filename="${fileName}"`;
}

export function nextSecond(at: Date): Date {
  return new Date(at.getTime() + 1000);
}
