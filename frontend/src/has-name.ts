/** Tells a DOMException by its name; those of another frame are no instances of this one's Error. */
export function hasName(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name;
}
