import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What the Python variant needs; undefined where it is not installed. */
export async function boto3Version(): Promise<string | undefined> {
  const program = 'import boto3, platform; print(boto3.__version__, "on Python", platform.python_version())';
  try {
    const { stdout } = await promisify(execFile)('python3', ['-c', program], { timeout: 30_000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
