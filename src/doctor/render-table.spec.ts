import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { amber, green, red, worstOf, type BucketReport, type Report } from './finding.js';
import { renderTable } from './render-table.js';

const SHARED: BucketReport = {
  bucket: 'metis-shared',
  role: 'shared',
  checks: [
    { id: 'reachable', title: 'reachable', ...green('answers in 3 ms') },
    {
      id: 'versioning',
      title: 'versioning',
      ...amber('off', 'npm run provision -- --bucket metis-shared sets it.'),
    },
    { id: 'put', title: 'may put an export', ...red('refused (AccessDenied)', 'Allow s3:PutObject.') },
  ],
};

function report(...buckets: BucketReport[]): Report {
  return { buckets, worst: worstOf(buckets.flatMap(({ checks }) => checks)) };
}

describe('the table', () => {
  it('says in words and symbols what each check found, and what to do', () => {
    expect(renderTable(report(SHARED), { width: 100, color: false })).toBe(
      [
        'metis-shared, the shared bucket',
        '  ✔ ok    reachable          answers in 3 ms',
        '  ! warn  versioning         off',
        '                             → npm run provision -- --bucket metis-shared sets it.',
        '  ✘ FAIL  may put an export  refused (AccessDenied)',
        '                             → Allow s3:PutObject.',
        '',
        '3 checks: 1 ok, 1 warn, 1 FAIL. The service does not work here as it should: put right what FAIL names.',
        '',
      ].join('\n'),
    );
  });

  it('breaks what is too long at spaces, under its own column', () => {
    const lines = renderTable(report(SHARED), { width: 62, color: false }).split('\n');
    expect(lines.slice(3, 5)).toEqual([
      '                             → npm run provision -- --bucket',
      '                               metis-shared sets it.',
    ]);
  });

  it('has one table for each bucket and one sum', () => {
    const own: BucketReport = { bucket: 'metis-af-1', role: 'engagement', checks: SHARED.checks.slice(0, 1) };
    const text = renderTable(report(SHARED, own), { width: 100, color: false });
    expect(text).toContain(
      "\n\nmetis-af-1, the engagement's own bucket\n  ✔ ok    reachable  answers in 3 ms\n\n",
    );
    expect(text).toContain('4 checks: 2 ok, 1 warn, 1 FAIL.');
  });

  it('colours marks alone, and only where that is asked for', () => {
    const coloured = renderTable(report(SHARED), { width: 100, color: true });
    expect(coloured).toContain('\u001B[31m✘ FAIL\u001B[39m  may put an export');
    expect(stripVTControlCharacters(coloured)).toBe(
      renderTable(report(SHARED), { width: 100, color: false }),
    );
  });
});
