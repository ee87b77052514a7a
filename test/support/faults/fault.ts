/** What a store, or the network before it, may do to one request. Byte counts are of the answer's body. */
export type Fault =
  /** An error answer. The store has not seen the request, or has done it all the same. */
  | { kind: 'status'; status: number; code?: string; headers?: Record<string, string>; done?: boolean }
  /** 200 with an `<Error>` in its body, as S3 answers long operations that fail after their head was sent. */
  | { kind: 'error body'; code: string; done?: boolean }
  /** The store has done it, and the connection is reset before a byte of the answer. */
  | { kind: 'lost answer' }
  /** Reset once so many bytes of the request's body have come. */
  | { kind: 'cut request'; after: number }
  /** Reset after so many bytes; a shorter body passes. */
  | { kind: 'reset'; after: number }
  /** The connection is ended after so many bytes, as if that were all. */
  | { kind: 'short'; after: number }
  /** Silent after so many bytes, but open. */
  | { kind: 'stall'; after: number }
  /** One bit of one byte, counted round the end. Only of bodies with a length. */
  | { kind: 'flip'; at: number }
  /** One bit of one byte of the request's body, counted round the end. */
  | { kind: 'flip request'; at: number }
  /** 200 with the whole object, whatever range was asked for. */
  | { kind: 'ignored range' }
  /** The store's own answer with other headers. */
  | { kind: 'headers'; headers: Record<string, string> }
  /** The request waits before it goes on to the store. */
  | { kind: 'delay'; ms: number }
  /** The body comes in small pieces with pauses. */
  | { kind: 'slow'; bytes: number; everyMs: number };

/** A request as the proxy sees it. */
export interface StoreRequest {
  /** From 0, in the order in which requests come. */
  number: number;
  /** S3's name. */
  operation: string;
  method: string;
  bucket: string;
  /** Decoded; empty for the bucket itself. */
  key: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A fault and the request that met it. */
export interface AppliedFault {
  request: StoreRequest;
  fault: Fault;
}
