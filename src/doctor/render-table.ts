import { styleText } from 'node:util';
import { STATUSES, type BucketReport, type CheckReport, type Report, type Status } from './finding.js';

export interface TableStyle {
  /** Characters in a line. */
  width: number;
  color: boolean;
}

/** Symbol and word, so that nothing depends on colour; all of one width. */
const MARKS: Record<Status, string> = { green: '✔ ok  ', amber: '! warn', red: '✘ FAIL' };
const COLORS = { green: 'green', amber: 'yellow', red: 'red' } as const satisfies Record<Status, string>;
const NARROWEST = 30;

/** The report for people: a table for each bucket, and a line that sums up. */
export function renderTable(report: Report, style: TableStyle): string {
  const tables = report.buckets.map((bucket) => renderBucket(bucket, style));
  return `${[...tables, summary(report)].join('\n\n')}\n`;
}

function renderBucket({ bucket, role, checks }: BucketReport, style: TableStyle): string {
  const title = role === 'shared' ? 'the shared bucket' : "the engagement's own bucket";
  const column = Math.max(...checks.map((check) => check.title.length));
  return [`${bucket}, ${title}`, ...checks.map((check) => renderCheck(check, column, style))].join('\n');
}

function renderCheck({ status, title, found, todo }: CheckReport, column: number, style: TableStyle): string {
  const mark = style.color
    ? styleText(COLORS[status], MARKS[status], { validateStream: false })
    : MARKS[status];
  const indent = ' '.repeat(2 + MARKS[status].length + 2 + column + 2);
  const room = Math.max(style.width - indent.length, NARROWEST);
  const lines = [...wrap(found, room), ...(todo === null ? [] : wrap(todo, room - 2, '→ '))];
  return `  ${mark}  ${title.padEnd(column)}  ${lines.join(`\n${indent}`)}`;
}

/** Breaks a sentence at spaces. A longer word stays whole: it is a name or a command, to be copied. */
function wrap(text: string, room: number, bullet = ''): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => (index === 0 ? bullet : ' '.repeat(bullet.length)) + line);
}

function summary({ buckets, worst }: Report): string {
  const checks = buckets.flatMap((bucket) => bucket.checks);
  const counts = STATUSES.map((status) => {
    const word = MARKS[status].slice(2).trim();
    return `${checks.filter((check) => check.status === status).length} ${word}`;
  });
  const verdict = {
    green: 'All is as it should be.',
    amber: 'The service works here; the warnings say what could be better.',
    red: 'The service does not work here as it should: put right what FAIL names.',
  }[worst];
  return `${checks.length} checks: ${counts.join(', ')}. ${verdict}`;
}
