import { fileURLToPath } from 'node:url';
import { endProcess, forkModule, messageFrom } from '../processes.js';
import type { StoreAccess } from '../stores/store.js';
import type { Traffic } from './connection.js';

const PROCESS = fileURLToPath(new URL('proxy-process.js', import.meta.url));

/** A process between an exporter and the store, which counts and may delay each request. */
export interface Proxy {
  /** The store by way of the proxy. */
  access: StoreAccess;
  reset(): Promise<void>;
  read(): Promise<Traffic>;
  close(): Promise<void>;
}

export async function startProxy(access: StoreAccess, delayMs = 0): Promise<Proxy> {
  const { hostname, port } = new URL(access.endpoint);
  const child = forkModule(PROCESS, [hostname, port || '80', String(delayMs)]);
  const ask = async (question: string): Promise<Traffic> => {
    const answer = messageFrom(child);
    child.send(question);
    return (await answer) as Traffic;
  };
  const endpoint = (await messageFrom(child)) as string;
  return {
    access: { ...access, endpoint },
    reset: async () => {
      await ask('reset');
    },
    read: () => ask('read'),
    close: () => endProcess(child),
  };
}
