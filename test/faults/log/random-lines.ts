import type { Random } from '../../../src/demo/random.js';

const BOM = '\ufeff';
const WORDS = 'materiality ledger cutoff prüfung confirmation ✓ 🎯 variance {nested} [list] \\" '.repeat(40);

/** Lines of a shard: events of about `size` bytes in all, ended and interrupted in all the ways that writers have. */
export function randomLines(random: Random, size: number): string {
  const eol = random.pick(['\n', '\n', '\n', '\r\n']);
  const blanks = random.percent(10);
  let text = random.percent(5) ? BOM : '';
  // One event that no read boundary leaves whole, or many.
  const lineSize = random.percent(2) ? size : random.pick([30, 300, 2_000]);
  for (let number = 0; text.length < size; number++) {
    text += randomEvent(random, number, Math.min(lineSize, size)) + eol;
    if (blanks && random.percent(20)) text += random.pick(['', ' ', ' \t']) + eol;
  }
  return random.percent(25) ? text.slice(0, -random.int(1, eol.length)) : text;
}

/** Only blanks: a shard without an event. */
export function blankLines(random: Random): string {
  return random.pick(['\n', '\r\n', ' \t ', '\n \n\t\r\n', BOM]);
}

function randomEvent(random: Random, number: number, size: number): string {
  const from = random.int(0, WORDS.length - 1);
  const text = WORDS.slice(from, from + size) + 'x'.repeat(Math.max(0, size - WORDS.length));
  const event = JSON.stringify({ n: number, r: random.int(0, 1_000_000_000), text });
  return random.percent(3) ? ` ${event.replace(':', ':\r')}\t` : event;
}
