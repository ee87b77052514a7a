import { amber, green, notChecked, red, type Check } from '../finding.js';

/** Below this it is the grain of a `Date` header and the way of the answer. */
const TOLERATED_MS = 2_000;
/** From here on S3 refuses every request that is not corrected. */
const REFUSED_MS = 15 * 60_000;
/** The largest `expires_in`. */
const LONGEST_LINK_SECONDS = 3600;

export const clock: Check = {
  id: 'clock',
  title: 'clock',
  run: async (context) => {
    const { clockAheadMs, failure } = await context.head();
    if (clockAheadMs === undefined) {
      return failure === undefined
        ? amber('the store tells no time', 'Keep the clocks of both in step by other means (NTP).')
        : notChecked('needs "reachable"');
    }
    const difference = Math.abs(clockAheadMs);
    if (difference <= TOLERATED_MS) return green('within 2 s of the store');
    const found = `the store is ${seconds(difference)} ${clockAheadMs > 0 ? 'ahead' : 'behind'}`;
    return difference >= REFUSED_MS
      ? red(found, 'Set the clock of this machine (NTP): requests dated so are refused.')
      : amber(`${found}; the service corrects that`, 'Set the clock of this machine (NTP).');
  },
};

export const credentials: Check = {
  id: 'credentials',
  title: 'lifetime of credentials',
  run: async ({ services, location, testKey: key }) => {
    const { expiresIn, limitedByCredentials } = await services.presigner.sign(
      location,
      { key, versionId: null },
      LONGEST_LINK_SECONDS,
    );
    return limitedByCredentials
      ? amber(
          `they end in ${seconds(expiresIn * 1000)}: links are valid no longer`,
          'Nothing, if shorter links will do (expires_at tells). Otherwise give the role longer sessions.',
        )
      : green(`long enough for links of ${LONGEST_LINK_SECONDS} s`);
  },
};

function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
