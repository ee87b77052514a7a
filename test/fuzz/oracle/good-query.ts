const VALUES: Record<string, (value: string) => boolean> = {
  format: (value) => value === 'jsonl' || value === 'json',
  delivery: (value) => value === 'stream' || value === 'signed_url',
  expires_in: (value) => /^[1-9][0-9]{1,3}$/.test(value) && Number(value) >= 60 && Number(value) <= 3600,
};

/** Whether each pair is one of the three parameters, of a right value, once. Only an audit log takes any. */
export function isGoodQuery(query: string, isLog: boolean): boolean {
  const pairs = query.split('&').filter((pair) => pair !== '');
  if (pairs.length === 0) return true;
  if (!isLog) return false;
  const seen = new Set<string>();
  return pairs.every((pair) => {
    const at = pair.indexOf('=');
    const name = decoded(at === -1 ? pair : pair.slice(0, at));
    const value = decoded(at === -1 ? '' : pair.slice(at + 1));
    if (name === undefined || value === undefined || seen.has(name)) return false;
    seen.add(name);
    return Object.hasOwn(VALUES, name) && VALUES[name]!(value);
  });
}

/** Bytes that are no UTF-8 become others, of which no name and no value has any. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
