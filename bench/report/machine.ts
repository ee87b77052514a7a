import { cpus, release, totalmem } from 'node:os';
import { boto3Version } from '../variants/boto3.js';

/** What the figures depend on, one fact a line. */
export async function machine(command: string): Promise<string> {
  const [cpu] = cpus();
  const facts = [
    ['command', `\`${command}\``],
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC'],
    ['processor', `${cpu?.model ?? 'unknown'}, ${cpus().length} cores`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['kernel', `Linux ${release()}`],
    ['Node', process.version],
    ['boto3', (await boto3Version()) ?? 'not installed'],
  ];
  return facts.map(([name, value]) => `- ${name}: ${value}`).join('\n');
}
