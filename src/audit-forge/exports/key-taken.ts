import { isKeyTaken, type S3Failure } from '../s3/s3-failure.js';
import { nextSecond } from './export-key.js';

/** Seconds that are tried before the store is taken to refuse every conditional write. */
const MAX_TRIES = 30;

/** Another process took the key since it was reserved: a conditional write was refused. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken';

  constructor(
    readonly at: Date,
    readonly failure: S3Failure,
  ) {
    super('the key of the export is taken');
  }
}

/** What a refused conditional write means for the key of the second `at`. */
export function keyTakenOr(error: unknown, at: Date): unknown {
  return isKeyTaken(error) ? new KeyTaken(at, error) : error;
}

/** Tries from one second on, and from the next one as often as the key is taken. */
export async function fromFreeSecond<T>(from: Date, attempt: (from: Date) => Promise<T>): Promise<T> {
  let start = from;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(start);
    } catch (error) {
      if (!(error instanceof KeyTaken)) throw error;
      if (tries >= MAX_TRIES) throw error.failure;
      start = nextSecond(error.at);
    }
  }
}
