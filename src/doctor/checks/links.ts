import { StoreClock } from '../../audit-forge/clock.js';
import { Presigner } from '../../audit-forge/exports/presigner.js';
import type { BucketContext } from '../bucket-context.js';
import { amber, green, red, type Check, type Finding } from '../finding.js';

const LINK_SECONDS = 60;
const AN_HOUR_MS = 3_600_000;
const ANSWER_WITHIN_MS = 15_000;

interface Opened {
  status: number;
  body: Buffer;
}

export const linkOpens: Check = {
  id: 'link-opens',
  title: 'a link opens',
  needs: ['put'],
  run: async (context) => {
    const link = await sign(context);
    const { origin } = new URL(link);
    const opened = await open(link, context.signal);
    if (typeof opened === 'string') {
      return red(`${origin} cannot be reached from here (${opened})`, addressAdvice(context));
    }
    const { status, body } = opened;
    if (status !== 200) return red(`${origin} answers ${status}`, addressAdvice(context));
    return body.equals(context.testBody)
      ? green(`yes, byte for byte, at ${origin}`)
      : red(
          `${origin} gives other bytes than were put`,
          'Find out what stands between this address and the store.',
        );
  },
};

export const linkExpires: Check = {
  id: 'link-expires',
  title: 'an expired link is refused',
  needs: ['link-opens'],
  run: async (context) => {
    const { clients, clock } = context.services;
    const anHourAgo = new StoreClock({ now: () => new Date(clock.now().getTime() - AN_HOUR_MS) });
    return mustBeRefused(context, await sign(context, new Presigner(clients, anHourAgo)));
  },
};

export const linkSigned: Check = {
  id: 'link-signed',
  title: 'a changed link is refused',
  needs: ['link-opens'],
  run: async (context) => {
    const link = await sign(context);
    const changed = link.replace(/(?<=X-Amz-Signature=)[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0'));
    return mustBeRefused(context, changed);
  },
};

async function mustBeRefused({ signal }: BucketContext, link: string): Promise<Finding> {
  const opened = await open(link, signal);
  if (typeof opened === 'string') return amber(`no answer (${opened})`, 'Run the doctor again.');
  const { status } = opened;
  if (status >= 400 && status < 500) return green(`yes (${status})`);
  return status < 300
    ? red(
        'it opens',
        'Close what gives objects without a valid signature: a public bucket, a cache, a proxy.',
      )
    : red(`neither opened nor refused (${status})`, 'Find out what answers at this address.');
}

async function sign(context: BucketContext, presigner = context.services.presigner): Promise<string> {
  const { location, testKey: key, versionId } = context;
  return (await presigner.sign(location, { key, versionId }, LINK_SECONDS)).url;
}

/** @returns what was answered, or the name of what kept it from being */
async function open(link: string, signal: AbortSignal): Promise<Opened | string> {
  try {
    const answer = await fetch(link, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  } catch (error) {
    signal.throwIfAborted();
    // Its message may hold the link.
    const { name, cause } = error as Error & { cause?: { code?: unknown } };
    return typeof cause?.code === 'string' ? cause.code : name;
  }
}

function addressAdvice({ services: { options } }: BucketContext): string {
  return options.s3PublicEndpoint === undefined
    ? 'Where clients reach the store by another address than the service, set AUDITFORGE_S3_PUBLIC_ENDPOINT.'
    : 'Check AUDITFORGE_S3_PUBLIC_ENDPOINT: the store must be there, and see the very host that is in the link.';
}
