import { LOCALE } from './locale.js';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size in decimal units, as file managers and S3's console show it: `4.8 MB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.95 would be shown as 1,000.0 of its unit.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return value === 1 ? '1 byte' : `${value} bytes`;
  return `${value.toLocaleString(LOCALE, { maximumFractionDigits: 1 })} ${UNITS[unit]}`;
}

export function events(count: number): string {
  return `${count.toLocaleString(LOCALE)} ${count === 1 ? 'event' : 'events'}`;
}

/** How long a link is valid for: `10 min`, `45 s`, `9 min 30 s`. */
export function lifetime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes} min` : '', rest > 0 || minutes === 0 ? `${rest} s` : '']
    .filter((part) => part !== '')
    .join(' ');
}

/** What a count-down shows: `9:41`. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
