import { describe, expect, it } from '@jest/globals';
import { AdminTokens } from './admin-tokens.js';

const OPS = 'ops-token-0123456789-abcdefghijklmnop';
const CI = 'ci-token-0123456789-abcdefghijklmnopq';

describe('admin tokens', () => {
  const tokens = new AdminTokens([
    { label: 'ops', token: OPS },
    { label: 'ci', token: CI },
  ]);

  it.each([
    [OPS, 'ops'],
    [CI, 'ci'],
  ])('know a token by its label', (token, label) => {
    expect(tokens.labelOf(token)).toBe(label);
  });

  it.each([
    ['short of a character', OPS.slice(0, -1)],
    ['with one more', `${OPS}x`],
    ['with a space before it', ` ${OPS}`],
    ['with a space behind it', `${OPS} `],
    ['in other case', OPS.toUpperCase()],
    ['with its label', `ops:${OPS}`],
    ['of nothing', ''],
    ['that is a label', 'ops'],
  ])('do not know one %s', (_, token) => {
    expect(tokens.labelOf(token)).toBeUndefined();
  });

  it('know nothing where there are none', () => {
    expect(new AdminTokens([]).labelOf('')).toBeUndefined();
    expect(new AdminTokens([]).labelOf(OPS)).toBeUndefined();
  });
});
