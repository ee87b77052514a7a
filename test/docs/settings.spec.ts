import { expect, it } from '@jest/globals';
import { InvalidEnvironment, readEnvironment, VARIABLES } from '../../src/config/environment.js';
import { code, documentText, tableRows } from './markdown.js';

const ROWS = tableRows(documentText('docs/operations.md'), 'name');
const EXAMPLE = documentText('.env.example');
const settings = ROWS.map(([name = '', , fallback = '', range = '']) => ({
  name: code(name)!,
  fallback: code(fallback),
  range,
}));
const sorted = (names: Iterable<string>) => [...names].toSorted();

/** What .env.example shows after a name. */
function shown(name: string): string | undefined {
  return new RegExp(`^(?:# )?${name}=(.*)$`, 'm').exec(EXAMPLE)?.[1];
}

/** What is said of a value that no setting takes. */
function problemOf(name: string, value: string): string {
  try {
    readEnvironment({ [name]: value });
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    return error.problems.find((problem) => problem.startsWith(`${name} `)) ?? '';
  }
  return '';
}

it('the table of settings and .env.example have every variable, once, and no other', () => {
  expect(sorted(settings.map(({ name }) => name))).toEqual(sorted(VARIABLES));
  const named = EXAMPLE.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm);
  expect(sorted(Array.from(named, ([, name]) => name!))).toEqual(sorted(VARIABLES));
});

it.each(settings.filter(({ fallback }) => fallback !== undefined))(
  'the default of $name is that of .env.example',
  ({ name, fallback }) => expect(shown(name)).toBe(fallback),
);

const numbers = VARIABLES.filter((name) => problemOf(name, '-1').includes('whole number'));

it.each(numbers)('the range of %s is that of the code', (name) => {
  const [, from, to] = /from (\d+) to (\d+)$/.exec(problemOf(name, '-1')) ?? [];
  expect(settings.find((setting) => setting.name === name)?.range).toBe(`${from} to ${to}`);
});
