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
  let changed = Promise.withResolvers<void>();
  stage.proxy.script = async ({ operation, key }) => {
    const number = Number(/^auditforge\/audit\/.*\/(\d{5})\.jsonl$/.exec(key)?.[1] ?? -1);
    while (operation === 'GetObject' && number >= first) await changed.promise;
    return undefined;
  };
  return {
    from(next) {
      first = next;
      changed.resolve();
      changed = Promise.withResolvers();
    },
  };
}
