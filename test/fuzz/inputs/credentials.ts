import fc from 'fast-check';
import { ADMIN_TOKEN } from '../../support/session-tokens.js';
import type { Header, Proof } from '../wire/request.js';
import { invalidToken, validToken } from './session-tokens.js';

/** What a request presents, and what that proves. */
export interface Credential {
  headers: Header[];
  proof: Proof;
  secrets: string[];
}

const NOTHING: Proof = { kind: 'nothing' };
const ADMIN: Credential = {
  headers: [['X-Admin-Token', ADMIN_TOKEN]],
  proof: { kind: 'admin' },
  secrets: [],
};

/** @param ids engagements that sessions are good for */
export function credential(ids: readonly string[]): fc.Arbitrary<Credential> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(ADMIN) },
    { weight: 8, arbitrary: session(ids) },
    { weight: 1, arbitrary: fc.constant(invalid([], [])) },
    { weight: 4, arbitrary: invalidToken().map((token) => bearer(token, NOTHING)) },
    { weight: 2, arbitrary: nearlyAdmin().map((token) => invalid([['x-admin-token', token]], [token])) },
    { weight: 2, arbitrary: oddScheme() },
    { weight: 2, arbitrary: several(ids) },
  );
}

function session(ids: readonly string[]): fc.Arbitrary<Credential> {
  return fc
    .record({ valid: validToken(ids), scheme: fc.constantFrom('Bearer', 'bearer', 'BEARER') })
    .map(({ valid: { token, engagements }, scheme }) =>
      bearer(token, { kind: 'session', engagements }, scheme),
    );
}

function bearer(token: string, proof: Proof, scheme = 'Bearer'): Credential {
  return {
    headers: [['Authorization', `${scheme} ${token}`]],
    proof,
    secrets: [token, ...token.split('.').slice(1)],
  };
}

function invalid(headers: Header[], secrets: string[]): Credential {
  return { headers, proof: NOTHING, secrets };
}

/** The admin's token with a character too few, too many or another. Blanks at its ends do not count in HTTP. */
function nearlyAdmin(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.nat({ max: ADMIN_TOKEN.length - 1 }).map((at) => ADMIN_TOKEN.slice(0, at) + ADMIN_TOKEN.slice(at + 1)),
    fc
      .record({
        at: fc.integer({ min: 1, max: ADMIN_TOKEN.length - 1 }),
        more: fc.constantFrom(' ', '\t', '-', 'é', '\xa0', ','),
      })
      .map(({ at, more }) => ADMIN_TOKEN.slice(0, at) + more + ADMIN_TOKEN.slice(at)),
    fc.constantFrom(
      '',
      ADMIN_TOKEN.toUpperCase(),
      `ops:${ADMIN_TOKEN}`,
      `"${ADMIN_TOKEN}"`,
      `Bearer ${ADMIN_TOKEN}`,
      `${ADMIN_TOKEN}, ${ADMIN_TOKEN}`,
      ADMIN_TOKEN.repeat(100),
    ),
    fc.string({ unit: fc.constantFrom('a', 'b', '0', '-', '_', '~', 'é'), maxLength: 60 }),
  );
}

function oddScheme(): fc.Arbitrary<Credential> {
  return validToken(['eng-1'])
    .chain(({ token }) =>
      fc.constantFrom(
        ['', token],
        [token, token],
        ['Bearer', token],
        ['Bearer ', token],
        [`Bearer  ${token}`, token],
        [`Bearer\t${token}`, token],
        [`Bearer ${token},`, token],
        [`Bearer ${token} ${token}`, token],
        [`Bearer "${token}"`, token],
        [`Bearer ${token}é`, token],
        [`Basic ${token}`, token],
        [`Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}`, token],
        [`DPoP ${token}`, token],
        [`Digest username="x", nonce="y"`, token],
        [`Negotiate`, token],
      ),
    )
    .map(([value, token]) => invalid([['Authorization', value]], [token]));
}

/** Two credentials: of two kinds, where both must be valid, or of one, which is never valid. */
function several(ids: readonly string[]): fc.Arbitrary<Credential> {
  return fc.oneof(
    session(ids).map(({ headers, secrets }) => ({
      headers: [...headers, ...ADMIN.headers],
      proof: ADMIN.proof,
      secrets,
    })),
    invalidToken().map((token) => {
      const { headers, secrets } = bearer(token, NOTHING);
      return invalid([...ADMIN.headers, ...headers], secrets);
    }),
    fc
      .tuple(session(ids), nearlyAdmin())
      .map(([{ headers, secrets }, token]) =>
        invalid([...headers, ['x-admin-token', token]], [...secrets, token]),
      ),
    fc.constant(invalid([...ADMIN.headers, ...ADMIN.headers], [])),
    fc
      .tuple(session(ids), session(ids))
      .map(([one, other]) => invalid([...one.headers, ...other.headers], [...one.secrets, ...other.secrets])),
  );
}
