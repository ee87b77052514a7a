import { expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/audit-forge/errors/problems.js';
import { code, documentText, tableRows } from './markdown.js';

it('the table of problems has every code, with its status, and no other', () => {
  const told = tableRows(documentText('docs/api.md'), 'code').map(([name = '', status = '']) => [
    code(name)!,
    Number(status),
  ]);
  const known = Object.entries(PROBLEMS).map(([name, [status]]) => [name, status]);
  const byName = (all: (string | number)[][]) => all.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  expect(byName(told)).toEqual(byName(known));
});
