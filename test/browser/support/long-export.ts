import type { Page } from 'playwright-core';
import type { Stage } from './stage.js';

/** Has the service answer this page's requests for a link at once, as it does otherwise to an export of ten seconds. */
export async function answerAtOnce(page: Page): Promise<void> {
  await page.route(/delivery=signed_url/, (route) =>
    route.continue({ headers: { ...route.request().headers(), prefer: 'respond-async' } }),
  );
}

/** Holds the reading of shards back from one on, until that is changed. All of them are let go by `Infinity`. */
export function holdShards(stage: Stage): { from: (first: number) => void } {
  let first = 0;
  let held: { shard: number; go: () => void }[] = [];
  stage.proxy.script = ({ operation, key }) => {
    const shard = Number(/^auditforge\/audit\/.*\/(\d{5})\.jsonl$/.exec(key)?.[1] ?? -1);
    if (operation !== 'GetObject' || shard < first) return undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held.push({ shard, go: () => resolve(undefined) });
    return promise;
  };
  return {
    from(next) {
      first = next;
      for (const { shard, go } of held) if (shard < first) go();
      held = held.filter(({ shard }) => shard >= first);
    },
  };
}
