import type { Random } from '../../../src/demo/random.js';

/** What keys trip over: encodings of URLs and XML, and an order that is not that of their UTF-16 units. */
const PIECES = [
  'part-2',
  'part-10',
  'a b',
  '+',
  '%',
  '%41',
  'é',
  '🎯',
  '～',
  '=',
  '&',
  "'(!)*",
  '~',
  '2026/05/',
];
const LONG = 'n'.repeat(800);

/** A name for a shard, without its ending. */
export function randomName(random: Random): string {
  if (random.percent(1)) return `${LONG}${random.int(0, 1_000_000)}`;
  const number = String(random.int(0, 99_999));
  if (random.percent(50)) return number.padStart(5, '0');
  const pieces = Array.from({ length: random.int(1, 3) }, () => random.pick(PIECES));
  return `${pieces.join('')}${number}`;
}
