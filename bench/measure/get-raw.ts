import { connect } from 'node:net';
import { BodyMeter } from './body-meter.js';

export interface RawAnswer {
  status: number;
  /** Of the body alone. */
  bytes: number;
  /** The body's beginning. */
  text: string;
  wallMs: number;
  firstByteMs: number;
}

const READ_BYTES = 256 * 1024;
const KEPT_BYTES = 16 * 1024;
const HEAD_END = '\r\n\r\n';

/**
 * GET whose body is counted and not kept, on a connection of its own. Rejects where the body does not come to
 * its end.
 */
export function getRaw(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  onBody: () => void = () => {},
): Promise<RawAnswer> {
  const { hostname: host, port, host: name, pathname, search } = new URL(url);
  const lines = Object.entries({ Host: name, Connection: 'close', ...headers }).map((pair) =>
    pair.join(': '),
  );
  const begun = performance.now();
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let head = '';
  let text = '';
  let firstByteMs = 0;
  let meter: BodyMeter | undefined;

  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(signal.reason as Error);
    const finish = (): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      const wallMs = performance.now() - begun;
      resolve({ status: Number(head.slice(9, 12)), bytes: meter!.bytes, text, wallMs, firstByteMs });
    };
    const take = (size: number): void => {
      let start = 0;
      if (meter === undefined) {
        const before = head.length;
        head += buffer.toString('latin1', 0, size);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        start = end + HEAD_END.length - before;
        head = head.slice(0, end);
        meter = new BodyMeter(lengthOf(head));
      }
      const { bytes } = meter;
      if (text.length < KEPT_BYTES)
        text += buffer.toString('utf8', start, Math.min(size, start + KEPT_BYTES));
      meter.push(buffer, start, size);
      if (bytes === 0 && meter.bytes > 0) {
        firstByteMs = performance.now() - begun;
        onBody();
      }
      if (meter.done) finish();
    };
    const socket = connect({
      host,
      port: Number(port),
      onread: {
        buffer,
        callback: (size) => {
          try {
            take(size);
          } catch (error) {
            fail(error as Error);
          }
          return true;
        },
      },
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error(`The answer was cut after ${meter?.bytes ?? 0} bytes.`)));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}${HEAD_END}`);
  });
}

/** undefined: chunked. */
function lengthOf(head: string): number | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined && !/\r\ntransfer-encoding: *chunked/i.test(head)) {
    throw new Error(`The answer has no length: ${head}`);
  }
  return length === undefined ? undefined : Number(length);
}
