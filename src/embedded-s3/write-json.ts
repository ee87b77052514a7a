import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a small file whole or not at all: a killed process leaves the old one, never half of the new one.
 * Synchronous on purpose: a check and the write that follows from it cannot be torn apart by another request.
 * Not synced to the disk: this store is for trying and testing, it need not outlive a power cut.
 */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value));
  renameSync(`${path}.tmp`, path);
}
