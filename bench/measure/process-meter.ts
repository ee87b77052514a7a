import { readFileSync, writeFileSync } from 'node:fs';

/** What `/proc` counts in: 100 ticks a second on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of all threads, user and system. */
function cpuSeconds(pid: number): number {
  // The name, in parentheses, may hold anything: the fields are counted from behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function residentMiB(pid: number): number {
  return statusMiB(pid, 'VmRSS');
}

/** Since the last {@link resetPeak}. */
export function peakMiB(pid: number): number {
  return statusMiB(pid, 'VmHWM');
}

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export interface Cost {
  cpuSeconds: number;
  peakMiB: number;
}

/** What a process spends on the work. */
export async function measureProcess<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ result: T; cost: Cost }> {
  resetPeak(pid);
  const before = cpuSeconds(pid);
  const result = await work();
  return { result, cost: { cpuSeconds: cpuSeconds(pid) - before, peakMiB: peakMiB(pid) } };
}

function statusMiB(pid: number, field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!line) throw new Error(`/proc/${pid}/status has no ${field}.`);
  return Number(line[1]) / 1024;
}
