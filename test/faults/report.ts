import type { Failure, Tally } from './tally.js';

const NAME_WIDTH = 12;
const NUMBER_WIDTH = 9;

/** The table of a campaign, its failures with the command that replays each, and the sum as its last line. */
export function report(seed: number, tally: Tally): string {
  const faults = [...tally.faults.values()].reduce((sum, times) => sum + times, 0);
  return [
    `seed ${seed}, ${grouped(tally.runs)} runs`,
    line('exact', tally.countOf('exact')),
    line('loud', tally.countOf('loud'), byNumber(tally.loudCauses)),
    line('left', tally.countOf('left')),
    line('silent', tally.countOf('silent')),
    line('unprovoked', tally.countOf('unprovoked')),
    line('wrong', tally.countOf('wrong')),
    line('leaks', tally.leaks),
    line('faults', faults, byNumber(tally.faults)),
    ...inOrder(tally.failures).map(({ run, what }) =>
      run === undefined ? what : `npm run test:faults -- --seed ${seed} --only ${run}   ${what}`,
    ),
    `${grouped(tally.runs)} runs, ${grouped(tally.failures.length)} failed`,
    '',
  ].join('\n');
}

/** By run; what belongs to none comes last. */
function inOrder(failures: readonly Failure[]): Failure[] {
  return failures.toSorted((a, b) => (a.run ?? Infinity) - (b.run ?? Infinity) || 0);
}

function line(name: string, number: number, more = ''): string {
  return `${name.padEnd(NAME_WIDTH)}${grouped(number).padStart(NUMBER_WIDTH)}${more === '' ? '' : `   ${more}`}`;
}

function byNumber(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, number]) => `${name} ${grouped(number)}`)
    .join(', ');
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}
