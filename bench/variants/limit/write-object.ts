import type { LogReader } from './log-reader.js';
import type { S3Http } from './s3-http.js';

const PART_BYTES = 8 * 2 ** 20;
const PARTS_IN_FLIGHT = 4;

/** Kept between exports: fresh memory of this size costs a page fault for every 4 KiB of it. */
const spare: Buffer[] = [];

/** The log into one object: by one PutObject where it fits into a part, else part by part. @returns its size */
export async function writeObject(s3: S3Http, path: string, log: LogReader): Promise<number> {
  const etags: string[] = [];
  const inFlight = new Set<Promise<void>>();
  let uploadId: Promise<string> | undefined;
  let part = partBuffer();
  let filled = 0;
  let size = 0;

  const send = async (): Promise<void> => {
    const [buffer, length, index] = [part, filled, etags.push('') - 1];
    const query = `partNumber=${index + 1}&uploadId=${await (uploadId ??= createUpload(s3, path))}`;
    const put = async (): Promise<void> => {
      etags[index] = await s3.put(path, query, buffer.subarray(0, length));
      spare.push(buffer);
      inFlight.delete(sent);
    };
    const sent = put();
    // Reported where it is waited for; until then it is not unhandled.
    sent.catch(() => {});
    inFlight.add(sent);
    if (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
    part = partBuffer();
    filled = 0;
  };

  for (;;) {
    const pieces = await log.take();
    if (pieces.length === 0) break;
    // Begun as soon as it is known to be needed, while the first part still fills.
    if (log.listedBytes > PART_BYTES) uploadId ??= createUpload(s3, path);
    for (const piece of pieces) {
      size += piece.length;
      let at = 0;
      while (at < piece.length) {
        const copied = piece.copy(part, filled, at);
        at += copied;
        filled += copied;
        // A full part waits until more comes: the log may just fit into one.
        if (filled === PART_BYTES && (at < piece.length || log.listedBytes > size)) await send();
      }
    }
  }

  if (uploadId === undefined) {
    await s3.put(path, '', part.subarray(0, filled));
    spare.push(part);
    return size;
  }
  if (filled > 0) await send();
  spare.push(part);
  await Promise.all(inFlight);
  await s3.text('POST', path, `uploadId=${await uploadId}`, completion(etags));
  return size;
}

async function createUpload(s3: S3Http, path: string): Promise<string> {
  const answer = await s3.text('POST', path, 'uploads=');
  return encodeURIComponent(/<UploadId>(.*?)<\/UploadId>/.exec(answer)![1]!);
}

function completion(etags: readonly string[]): string {
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
}

function partBuffer(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
}
