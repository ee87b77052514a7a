/** What a credential proves, as its maker knows. */
export type Proof =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'admin' }
  | { readonly kind: 'session'; readonly engagements: readonly string[] };

export type Header = readonly [name: string, value: string];

/** A request that HTTP/1.1 can frame, whatever it asks. Each character is one byte. */
export interface WireRequest {
  method: string;
  target: string;
  version: '1.0' | '1.1';
  headers: readonly Header[];
  body: { text: string; framing: 'none' | 'length' | 'chunks' };
  proof: Proof;
  /** Credentials that no log line may hold. */
  secrets: readonly string[];
}

export function headOf({ method, target, version, headers, body }: WireRequest): string {
  const lines = [...headers, ...framingOf(body)].map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/${version}`, ...lines, '', ''].join('\r\n');
}

export function bytesOf(request: WireRequest): Buffer {
  const { text, framing } = request.body;
  const body = framing === 'chunks' && text.length > 0 ? `${text.length.toString(16)}\r\n${text}\r\n` : text;
  const end = framing === 'chunks' ? '0\r\n\r\n' : '';
  return Buffer.from(headOf(request) + (framing === 'none' ? '' : body + end), 'latin1');
}

export function valuesIn({ headers }: WireRequest, name: string): string[] {
  return headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
}

function framingOf({ text, framing }: WireRequest['body']): Header[] {
  if (framing === 'none') return [];
  return framing === 'length'
    ? [['Content-Length', String(text.length)]]
    : [['Transfer-Encoding', 'chunked']];
}
