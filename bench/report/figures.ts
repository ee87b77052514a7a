/** The middle one, or what is between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)]! + sorted[Math.floor(middle)]!) / 2;
}

/** `0.123 (0.120–0.130)` */
export function withSpread(values: readonly number[], write: (value: number) => string): string {
  return `${write(median(values))} (${write(Math.min(...values))}–${write(Math.max(...values))})`;
}

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

export function milliseconds(ms: number): string {
  return ms.toFixed(ms < 100 ? 1 : 0);
}

export function mib(bytes: number): string {
  const value = bytes / 2 ** 20;
  return value.toFixed(value < 10 ? 2 : 0);
}

/** Markdown takes no narrower rule. */
const NARROWEST = 3;

/** A table in Markdown, whose columns are also in line as plain text. Rows may be short. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const whole = rows.map((row) => head.map((_, column) => row[column] ?? ''));
  const widths = head.map((name, column) =>
    Math.max(NARROWEST, name.length, ...whole.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const aligned = (cells: readonly string[]): string =>
    line(
      cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))),
    );
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [aligned(head), line(rule), ...whole.map(aligned)].join('\n');
}
