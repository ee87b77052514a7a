import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { blocksOf, documentText, type Block } from './markdown.js';

/** What a document's command begins with where it is run here; others are for another place, or set variables. */
const RUN_HERE = /^(auditforge|curl|head|jq|npm run|openssl|sha256sum|wc)\b/;

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The commands of a document, run in one folder as its reader would. */
export class DocumentCommands {
  private readonly blocks: Block[];
  private readonly ran = new Set<Block>();

  /** @param environment what the reader has set before, beside PATH */
  constructor(
    document: string,
    private readonly folder: string,
    private readonly environment: Record<string, string> = {},
  ) {
    this.blocks = blocksOf(documentText(document)).filter(
      ({ language, text }) => language === 'sh' && RUN_HERE.test(text),
    );
  }

  /** Runs the block under a heading that begins so. @throws Error where there is none, or more than one */
  async run(heading: string, start: string): Promise<Ran> {
    const found = this.blocks.filter((block) => block.heading === heading && block.text.startsWith(start));
    if (found.length !== 1)
      throw new Error(`${found.length} blocks under "${heading}" start with "${start}"`);
    this.ran.add(found[0]!);
    return shell(found[0]!.text, this.folder, this.environment);
  }

  /** Those that no test has run. */
  get left(): string[] {
    return this.blocks.filter((block) => !this.ran.has(block)).map(({ text }) => text);
  }
}

async function shell(text: string, cwd: string, environment: Record<string, string>): Promise<Ran> {
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', text], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (more: string) => (stdout += more));
  child.stderr.setEncoding('utf8').on('data', (more: string) => (stderr += more));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
