import { Redis } from 'ioredis';
import type { BucketContext } from '../bucket-context.js';
import { amber, green, red, type Check, type Finding } from '../finding.js';

/** Of the commands that the queue needs. */
const OLDEST = [6, 2] as const;
const LIMIT_MS = 5_000;

/** Whether the queue of exports can be worked with. Only where AUDITFORGE_REDIS_URL is set. */
export const redisReachable: Check = {
  id: 'redis',
  title: 'Redis',
  run: (context) =>
    asked(context, async (redis) => {
      const begun = performance.now();
      await redis.ping();
      return green(`answers in ${Math.ceil(performance.now() - begun)} ms`);
    }),
};

export const redisVersion: Check = {
  id: 'redis-version',
  title: 'Redis version',
  needs: ['redis'],
  run: (context) =>
    asked(context, async (redis) => {
      const version = fieldOf(await redis.info('server'), 'redis_version');
      if (version === undefined) return notTold('version', `It must be ${OLDEST.join('.')} or newer`);
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
      return isOld ? red(version, `Use Redis ${OLDEST.join('.')} or newer.`) : green(version);
    }),
};

/** A Redis that makes room by itself drops jobs, and with them exports that were accepted. */
export const redisEviction: Check = {
  id: 'redis-eviction',
  title: 'Redis eviction',
  needs: ['redis'],
  run: (context) =>
    asked(context, async (redis) => {
      const policy = fieldOf(await redis.info('memory'), 'maxmemory_policy');
      if (policy === undefined) return notTold('maxmemory-policy', 'It must be noeviction');
      if (policy === 'noeviction') return green(policy);
      return red(
        `maxmemory-policy is ${policy}, so that queued exports can be lost`,
        'Set it to noeviction: CONFIG SET maxmemory-policy noeviction, and in redis.conf.',
      );
    }),
};

/** What Redis keeps in memory alone is gone when it is started again. */
export const redisPersistence: Check = {
  id: 'redis-persistence',
  title: 'Redis persistence',
  needs: ['redis'],
  run: (context) =>
    asked(context, async (redis) => {
      const aof = fieldOf(await redis.info('persistence'), 'aof_enabled');
      if (aof === undefined) return notTold('persistence', 'It should have appendonly yes');
      if (aof === '1') return green('appendonly yes');
      return amber(
        'appendonly is no, so that queued exports are lost when Redis is started again',
        'Set it to yes: CONFIG SET appendonly yes, and in redis.conf.',
      );
    }),
};

/** On a connection of its own. An error of Redis is told by its code alone: a message may quote a password. */
async function asked(
  { services, signal }: BucketContext,
  ask: (redis: Redis) => Promise<Finding>,
): Promise<Finding> {
  const redis = new Redis(services.options.redisUrl!, {
    lazyConnect: true,
    // Whether it may ask for that is found by the checks.
    enableReadyCheck: false,
    connectTimeout: LIMIT_MS,
    commandTimeout: LIMIT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: Error | undefined;
  redis.on('error', (error: Error) => (failure = error));
  const leave = () => redis.disconnect();
  signal.addEventListener('abort', leave, { once: true });
  try {
    await redis.connect();
    return await ask(redis);
  } catch (error) {
    signal.throwIfAborted();
    return refused(failure ?? (error as Error));
  } finally {
    signal.removeEventListener('abort', leave);
    redis.disconnect();
  }
}

function refused(error: NodeJS.ErrnoException): Finding {
  if (error.name !== 'ReplyError') {
    return red(
      `does not answer (${error.code ?? error.name})`,
      'Check AUDITFORGE_REDIS_URL, rediss:// where it wants TLS, and the network.',
    );
  }
  const [code = ''] = error.message.split(' ', 1);
  if (code === 'NOPERM')
    return amber(
      `may not be asked (${code})`,
      'Allow PING and INFO, or look at version, maxmemory-policy and appendonly yourself.',
    );
  return red(
    `refuses (${code})`,
    code === 'WRONGPASS' || code === 'NOAUTH'
      ? 'Check user and password in AUDITFORGE_REDIS_URL.'
      : 'Look the code up in the documentation of Redis.',
  );
}

function notTold(what: string, rule: string): Finding {
  return amber(`does not tell its ${what}`, `${rule}: see to it yourself.`);
}

function fieldOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
}
