import { CommandError } from '../../src/command-line.js';
import { answers, cephAccess, openCeph } from './ceph.js';
import { openEmbedded } from './embedded.js';
import type { BenchStore } from './store.js';

/** `ceph`, `embedded`, or the address of another store. */
export type StoreName = string;

/** Ceph where it runs, since it is a real store; else the embedded one. */
export async function defaultStore(environment: NodeJS.ProcessEnv): Promise<StoreName> {
  return (await answers(cephAccess(environment).endpoint)) ? 'ceph' : 'embedded';
}

/** @throws CommandError where it does not answer, or its keys are not given */
export async function openStore(name: StoreName, environment: NodeJS.ProcessEnv): Promise<BenchStore> {
  if (name === 'embedded') return openEmbedded();
  if (name !== 'ceph') return openUrl(name, environment);
  const access = cephAccess(environment);
  if (await answers(access.endpoint)) return openCeph(access);
  throw new CommandError(
    `No store answers at ${access.endpoint}: start one with test/ceph/cluster.sh start.`,
  );
}

async function openUrl(endpoint: string, environment: NodeJS.ProcessEnv): Promise<BenchStore> {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId } = environment;
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (!region || !accessKeyId || !secretAccessKey) {
    throw new CommandError(
      `--store ${endpoint} needs AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.`,
    );
  }
  if (!(await answers(endpoint))) throw new CommandError(`No store answers at ${endpoint}.`);
  return {
    label: new URL(endpoint).host,
    access: { endpoint: endpoint.replace(/\/$/, ''), region, accessKeyId, secretAccessKey },
    freesLater: true,
    temporary: false,
    close: async () => {},
  };
}
