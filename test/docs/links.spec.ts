import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { documentText } from './markdown.js';

const LINK = /\]\(([^)\s]+)\)/g;
const CODE = /^```.*?^```$/gms;

/** The anchors of a document's headings, as they are made where documents are shown. */
function anchorsOf(path: string): string[] {
  const headings = documentText(path)
    .replaceAll(CODE, '')
    .matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it.each(['docs/api.md', 'docs/evidence.md', 'docs/operations.md'])(
  'every link of %s leads somewhere',
  (path) => {
    const lost: string[] = [];
    for (const [, link] of documentText(path).replaceAll(CODE, '').matchAll(LINK)) {
      const [file = '', anchor] = link!.split('#');
      if (file.includes(':')) continue;
      const target = file === '' ? path : join('docs', file);
      const isThere = existsSync(new URL(`../../${target}`, import.meta.url));
      if (!isThere || (anchor !== undefined && !anchorsOf(target).includes(anchor))) lost.push(link!);
    }
    expect(lost).toEqual([]);
  },
);

it('the runbook finds what it links to in operations.md', () => {
  const wanted = documentText('docs/runbook.md').matchAll(/\]\(operations\.md#([^)]+)\)/g);
  expect(anchorsOf('docs/operations.md')).toEqual(
    expect.arrayContaining(Array.from(wanted, ([, anchor]) => anchor)),
  );
});
