/** A body that ended early. What came of it is good: the rest can be asked for. */
export class CutBody extends Error {
  override readonly name = 'IncompleteBody';
}

/** Nothing came for the set time. */
export class Stalled extends Error {
  override readonly name = 'TimeoutError';
}

/** An answer that is not what was asked for. Never retried: another try could mix bytes of two objects. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}
