import { LOCALE } from './locale.js';

/** Of these, the first that has a name for the zone: `EDT` is American English alone, `CEST` British. */
const ZONE_LOCALES = [LOCALE, 'en-US', 'en-AU'];

/** A moment as the reader's own clock shows it, with the zone: `13:30 CEST`, and the date when that is not today. */
export function moment(date: Date, now = new Date()): string {
  const time = timeOfDay(date);
  const day = date.toDateString() === now.toDateString() ? '' : `${calendarDay(date)}, `;
  return `${day}${time} ${zone(date)}`;
}

/** A date and its time, to the second if need be: `8 May 2026, 13:20`. */
export function dayAndTime(date: Date, seconds = false): string {
  return `${calendarDay(date)}, ${timeOfDay(date, seconds)}`;
}

/** A date in words: `8 May 2026`. */
export function calendarDay(date: Date): string {
  return date.toLocaleDateString(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
}

function timeOfDay(date: Date, seconds = false): string {
  const second = seconds ? ({ second: '2-digit' } as const) : {};
  return date.toLocaleTimeString(LOCALE, { hour: '2-digit', minute: '2-digit', ...second });
}

export function zone(date: Date): string {
  const names = ZONE_LOCALES.map((locale) => zoneName(date, locale));
  return names.find((name) => !/^(GMT|UTC)[+-]/.test(name)) ?? names[0] ?? 'UTC';
}

function zoneName(date: Date, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
