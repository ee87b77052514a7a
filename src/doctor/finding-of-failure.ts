import { failureOf } from '../provision/failure.js';
import { amber, red, type Check, type Finding } from './finding.js';

/** A check that could not be made. Names alone are told: a message may quote a link. */
export function findingOfFailure(check: Pick<Check, 'permission' | 'optional'>, error: unknown): Finding {
  const { reason, code } = failureOf(error);
  const { permission = 'it', optional = false } = check;
  if (reason === 'not_implemented') {
    return optional
      ? amber(
          `the store does not know this (${code})`,
          'Nothing here: see to it by other means of the store.',
        )
      : red(
          `the store does not know this (${code})`,
          'The service needs it: use another store, or a newer one.',
        );
  }
  if (reason === 'access_denied') {
    return optional
      ? amber(
          `may not be read (${code})`,
          `Allow ${permission} as docs/iam-policy.json does, or look at it yourself.`,
        )
      : red(`refused (${code})`, `Allow ${permission}: docs/iam-policy.json has all that the service needs.`);
  }
  if (reason === 'transient') {
    return red(
      `the store does not answer as it should (${code})`,
      'Try again; if it stays, ask who runs the store.',
    );
  }
  return red(`failed (${code})`, 'Look the code up in the documentation of the store.');
}
