import { fileURLToPath } from 'node:url';

export type Delivery = 'stream' | 'signed_url';
export type Format = 'jsonl' | 'json';
export type Implementation = 'ours' | 'original-node' | 'original-python' | 'usual' | 'limit';

/** A way to export that is measured: one row of a table. */
export interface Variant {
  /** As in `--variant`. */
  name: string;
  implementation: Implementation;
  delivery: Delivery;
  format: Format;
}

export const VARIANTS: readonly Variant[] = [
  variant('ours-signed-jsonl', 'ours', 'signed_url'),
  variant('ours-signed-json', 'ours', 'signed_url', 'json'),
  variant('limit-signed', 'limit', 'signed_url'),
  variant('usual', 'usual', 'signed_url'),
  variant('original-node', 'original-node', 'signed_url'),
  variant('original-python', 'original-python', 'signed_url'),
  variant('ours-stream-jsonl', 'ours', 'stream'),
  variant('ours-stream-json', 'ours', 'stream', 'json'),
  variant('limit-stream', 'limit', 'stream'),
];

/** By its whole name, or by the part of it before a `-`. */
export function isNamed({ name }: Variant, by: string): boolean {
  return name === by || name.startsWith(`${by}-`);
}

/** How each is started; the service is whichever build is measured. */
export function commandOf(implementation: Implementation, service: string): [command: string, path: string] {
  const node = process.execPath;
  const commands: Record<Implementation, [command: string, path: string]> = {
    ours: [node, service],
    'original-node': [node, beside('original.js')],
    // Not compiled: the source is three folders above what runs here.
    'original-python': ['python3', beside('../../../variants/original.py')],
    usual: [node, beside('usual.js')],
    limit: [node, beside('limit/main.js')],
  };
  return commands[implementation];
}

function variant(
  name: string,
  implementation: Implementation,
  delivery: Delivery,
  format: Format = 'jsonl',
): Variant {
  return { name, implementation, delivery, format };
}

function beside(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
