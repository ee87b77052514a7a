import { UnexpectedAnswer } from './errors.js';

const IS = {
  string: (value: unknown) => typeof value === 'string',
  'string?': (value: unknown) => value === null || typeof value === 'string',
  number: (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  boolean: (value: unknown) => typeof value === 'boolean',
  strings: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  list: (value: unknown) => Array.isArray(value),
  object: (value: unknown) => typeof value === 'object' && value !== null,
};

export type Kind = keyof typeof IS;

/** @throws UnexpectedAnswer unless it is an object with these fields, each of its kind */
export function holds<T>(body: unknown, fields: Readonly<Record<string, Kind>>): T {
  if (!IS.object(body)) throw new UnexpectedAnswer('it is not an object');
  for (const [name, kind] of Object.entries(fields))
    if (!IS[kind]((body as Record<string, unknown>)[name]))
      throw new UnexpectedAnswer(`"${name}" is missing or not a ${kind.replace('?', '')}`);
  return body as T;
}

/** @throws UnexpectedAnswer unless it is one of these */
export function isOneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new UnexpectedAnswer(`"${name}" is not one of ${known.join(', ')}`);
  return found;
}
