import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BenchStore, StoreAccess } from './store.js';

/** The store that test/ceph/cluster.sh has started: its address and keys where the environment names no others. */
export function cephAccess(environment: NodeJS.ProcessEnv): StoreAccess {
  return {
    endpoint: environment['TEST_CEPH_ENDPOINT'] || 'http://127.0.0.1:7480',
    region: 'us-east-1',
    accessKeyId: environment['TEST_CEPH_ACCESS_KEY'] || 'AKIACEPHCONTRACT',
    secretAccessKey: environment['TEST_CEPH_SECRET_KEY'] || 'only-for-the-tests-on-ceph',
  };
}

export async function openCeph(access: StoreAccess): Promise<BenchStore> {
  return {
    label: `Ceph ${await version()}, in memory`,
    access,
    freesLater: true,
    temporary: false,
    close: async () => {},
  };
}

/** Whether an HTTP server answers there at all. */
export async function answers(endpoint: string): Promise<boolean> {
  try {
    const { body } = await fetch(endpoint, { signal: AbortSignal.timeout(3_000) });
    await body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** The store does not tell, but the cluster runs the packages of this machine. */
async function version(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('radosgw', ['--version'], { timeout: 10_000 });
    return /ceph version (\S+)/.exec(stdout)?.[1] ?? '(version unknown)';
  } catch {
    return '(version unknown)';
  }
}
