/** Stores give an etag with or without its quotes; compared are the bytes between them. */
export function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
