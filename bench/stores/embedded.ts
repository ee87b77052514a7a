import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcess, forkModule, messageFrom } from '../processes.js';
import type { BenchStore } from './store.js';

const PROCESS = fileURLToPath(new URL('embedded-process.js', import.meta.url));

/** The project's own store as a process of its own, on a temporary folder. */
export async function openEmbedded(): Promise<BenchStore> {
  const dir = await mkdtemp(join(tmpdir(), 'auditforge-bench-'));
  const accessKeyId = 'AKIABENCH';
  const secretAccessKey = randomBytes(20).toString('hex');
  const child = forkModule(PROCESS, [dir, accessKeyId, secretAccessKey]);
  const close = async (): Promise<void> => {
    await endProcess(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const endpoint = (await messageFrom(child)) as string;
    return {
      label: 'embedded store of this project, files in a temporary folder',
      access: { endpoint, region: 'us-east-1', accessKeyId, secretAccessKey },
      freesLater: false,
      temporary: true,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
