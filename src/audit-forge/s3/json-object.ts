/**
 * The object that a stored text holds. What is in it is looked at by whoever asks.
 * @param refused the error for a text that holds none
 */
export function parseJsonObject(json: string, refused: (reason: string) => Error): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw refused('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('it is no object');
  return value;
}
