/** An assertion without the cost of one of Jest's: there are a million of them. */
export function must(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message());
}
