import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { describe, expect, it } from '@jest/globals';
import { FixedClock, optionsWith, s3ClientsWith } from '../../../test/support/aws-mock.js';
import type { AuditForgeOptions } from '../audit-forge.options.js';
import { StoreClock } from '../clock.js';
import { DefaultS3ClientFactory, S3Clients } from '../s3/s3-clients.js';
import { Presigner } from './presigner.js';

const NOW = '2026-05-08T13:20:00.750Z';
const LOCATION = { bucket: 'metis-shared' };
const OBJECT = { key: 'auditforge/exports/eng-1-20260508T132000Z.jsonl', versionId: null };

function presigner(given: Partial<AuditForgeOptions> = {}, now = NOW): Presigner {
  const clock = new FixedClock(now);
  return new Presigner(s3ClientsWith(given, clock), new StoreClock(clock));
}

describe('a link', () => {
  it('is a SigV4 link to GET one key, with only the host signed, for the time asked for', async () => {
    const link = await presigner().sign(LOCATION, OBJECT, 600);
    const { origin, pathname, searchParams } = new URL(link.url);
    expect(origin).toBe('https://metis-shared.s3.eu-central-1.amazonaws.com');
    expect(pathname).toBe(`/${OBJECT.key}`);
    expect(Object.fromEntries(searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': 'AKIDEXAMPLE/20260508/eu-central-1/s3/aws4_request',
      'X-Amz-Date': '20260508T132000Z',
      'X-Amz-Expires': '600',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'X-Amz-SignedHeaders': 'host',
      'x-id': 'GetObject',
    });
  });

  it('expires as its signature says: whole seconds from the date that it was signed at', async () => {
    await expect(presigner().sign(LOCATION, OBJECT, 3600)).resolves.toMatchObject({
      expiresAt: new Date('2026-05-08T14:20:00Z'),
      expiresIn: 3600,
      limitedByCredentials: false,
    });
  });

  it('is signed at the time of the store where the clocks differ', async () => {
    const clock = new FixedClock(NOW);
    const storeClock = new StoreClock(clock);
    storeClock.observe('Fri, 08 May 2026 13:40:00 GMT');
    const clients = new S3Clients(optionsWith(), new DefaultS3ClientFactory(), storeClock);
    const link = await new Presigner(clients, storeClock).sign(LOCATION, OBJECT, 60);
    expect(new URL(link.url).searchParams.get('X-Amz-Date')).toBe('20260508T134000Z');
    expect(link.expiresAt).toEqual(new Date('2026-05-08T13:41:00Z'));
  });

  it('names the version where there is one', async () => {
    const link = await presigner().sign(LOCATION, { ...OBJECT, versionId: 'v1.a+b/=' }, 600);
    expect(new URL(link.url).searchParams.get('versionId')).toBe('v1.a+b/=');
    expect(new URL(link.url).searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  });

  it('is for the region of its bucket', async () => {
    const { url } = await presigner().sign({ ...LOCATION, region: 'ap-south-1' }, OBJECT, 600);
    expect(new URL(url).hostname).toBe('metis-shared.s3.ap-south-1.amazonaws.com');
    expect(new URL(url).searchParams.get('X-Amz-Credential')).toContain('/ap-south-1/');
  });

  it.each<[what: string, given: Partial<AuditForgeOptions>, start: string]>([
    ['the store', { s3Endpoint: 'http://127.0.0.1:9000' }, 'http://127.0.0.1:9000/metis-shared/'],
    [
      'the address that clients use, where that is another',
      { s3Endpoint: 'http://127.0.0.1:9000', s3PublicEndpoint: 'https://files.example.com' },
      'https://files.example.com/metis-shared/',
    ],
    [
      'that address without a store of its own',
      { s3PublicEndpoint: 'https://files.example.com' },
      'https://files.example.com/metis-shared/',
    ],
  ])('is to %s', async (_, given, start) => {
    const { url } = await presigner({ ...given, s3ForcePathStyle: true }).sign(LOCATION, OBJECT, 600);
    expect(url.startsWith(`${start}${OBJECT.key}?`)).toBe(true);
  });

  it('carries the session token of temporary credentials', async () => {
    const credentials = { accessKeyId: 'ASIA', secretAccessKey: 'only-for-tests', sessionToken: 'token/+=' };
    const { url } = await presigner({ credentials }).sign(LOCATION, OBJECT, 600);
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('token/+=');
    expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  });
});

/** Credentials of this name that end at this time of the day. */
function endingAt(time: string, accessKeyId = 'FIRST'): AwsCredentialIdentity {
  return {
    accessKeyId,
    secretAccessKey: 'only-for-tests',
    sessionToken: 'token',
    expiration: new Date(`2026-05-08T${time}Z`),
  };
}

/**
 * Signs for 600 s, that is until 13:30:00, with credentials that come one after another, the last one for
 * ever. They come from a provider that keeps what it has until it is told to refresh.
 */
async function signWith(given: ReadonlyArray<AwsCredentialIdentity | Error>) {
  const clock = new FixedClock(NOW);
  const clients = s3ClientsWith({}, clock);
  const forced: boolean[] = [];
  let at = 0;
  const provider = async ({ forceRefresh = false } = {}) => {
    forced.push(forceRefresh);
    if (forceRefresh) at = Math.min(at + 1, given.length - 1);
    const credentials = given[at]!;
    if (credentials instanceof Error) throw credentials;
    return credentials;
  };
  const withProvider = {
    for: () => ({ config: { credentials: provider } }),
    forLinks: (...link: Parameters<S3Clients['forLinks']>) => clients.forLinks(...link),
  } as unknown as S3Clients;
  const signed = await new Presigner(withProvider, new StoreClock(clock)).sign(LOCATION, OBJECT, 600).then(
    ({ url, ...link }) => ({
      ...link,
      signedBy: new URL(url).searchParams.get('X-Amz-Credential')!.split('/')[0],
      expires: new URL(url).searchParams.get('X-Amz-Expires'),
    }),
    (error: unknown) => ({ error }),
  );
  return { signed, forced };
}

describe('a link signed with credentials that end', () => {
  const full = {
    expiresAt: new Date('2026-05-08T13:30:00Z'),
    expiresIn: 600,
    expires: '600',
    limitedByCredentials: false,
  };

  it.each(['13:30:00', '13:30:01', '20:00:00'])(
    'at %s is as long as asked for, without a refresh',
    async (end) => {
      const { signed, forced } = await signWith([endingAt(end), endingAt('23:00:00', 'SECOND')]);
      expect(signed).toEqual({ ...full, signedBy: 'FIRST' });
      expect(forced).toEqual([false]);
    },
  );

  it.each(['13:29:59.999', '13:20:01', '13:20:00', '12:00:00'])(
    'at %s is signed with refreshed ones',
    async (end) => {
      const { signed, forced } = await signWith([endingAt(end), endingAt('14:00:00', 'SECOND')]);
      expect(signed).toEqual({ ...full, signedBy: 'SECOND' });
      expect(forced).toEqual([false, true]);
    },
  );

  it('is signed with refreshed ones that do not end at all', async () => {
    const { expiration: _, ...lasting } = endingAt('00:00:00', 'SECOND');
    expect((await signWith([endingAt('13:25:00'), lasting])).signed).toEqual({ ...full, signedBy: 'SECOND' });
  });

  it.each<
    [what: string, refreshed: AwsCredentialIdentity | Error, signedBy: string, end: string, expiresIn: number]
  >([
    ['the refreshed ones end too early as well', endingAt('13:27:00', 'SECOND'), 'SECOND', '13:27:00', 420],
    ['a refresh gives the same ones', endingAt('13:25:00', 'FIRST'), 'FIRST', '13:25:00', 300],
    ['a refresh gives ones that end earlier', endingAt('13:21:00', 'SECOND'), 'FIRST', '13:25:00', 300],
    ['the refresh fails', new Error('the token service is away'), 'FIRST', '13:25:00', 300],
  ])('is shorter, and says why, where %s', async (_, refreshed, signedBy, end, expiresIn) => {
    const { signed, forced } = await signWith([endingAt('13:25:00.900'), refreshed]);
    expect(signed).toEqual({
      expiresAt: new Date(`2026-05-08T${end}Z`),
      expiresIn,
      expires: String(expiresIn),
      limitedByCredentials: true,
      signedBy,
    });
    expect(forced).toEqual([false, true]);
  });

  it.each<[what: string, given: Array<AwsCredentialIdentity | Error>]>([
    ['they have ended and a refresh fails', [endingAt('13:20:00'), new Error('away')]],
    ['they have ended and so have the refreshed ones', [endingAt('13:00:00'), endingAt('13:10:00')]],
    ['they end within the second', [endingAt('13:20:00.999'), endingAt('13:20:00.999')]],
    ['there are none', [new Error('Could not load credentials from any providers')]],
  ])('is refused where %s', async (_, given) => {
    const { signed } = await signWith(given);
    expect(signed).toMatchObject({
      error: { code: 'storage_access_denied', context: { operation: 'sign a link', bucket: 'metis-shared' } },
    });
  });

  it('is signed with what a provider of the options gives when it is asked again', async () => {
    const given = [endingAt('13:21:00'), endingAt('14:00:00', 'SECOND')];
    const credentials = async () => (given.length > 1 ? given.shift()! : given[0]!);
    const link = await presigner({ credentials }).sign(LOCATION, OBJECT, 600);
    expect(link).toMatchObject({ expiresIn: 600, limitedByCredentials: false });
    expect(new URL(link.url).searchParams.get('X-Amz-Credential')).toMatch(/^SECOND\//);
  });
});
