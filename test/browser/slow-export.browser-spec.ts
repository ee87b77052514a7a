import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { becomes } from './support/becomes.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { Stage } from './support/stage.js';

const LOG = events(5);

/** A browser that does not end a request when the page gives it up. */
const DEAF_FETCH = `
  const real = fetch;
  globalThis.fetch = (address, options) => real(address, { ...options, signal: undefined });
`;
/** A browser that lets a page write for a second after a click and no longer, as Safari does. */
const STRICT_CLIPBOARD = `
  let clickedAt = 0;
  addEventListener('click', () => (clickedAt = Date.now()), true);
  const write = Clipboard.prototype.write;
  Clipboard.prototype.write = async function (items) {
    for (const item of items) await item.getType('text/plain');
    if (Date.now() - clickedAt > 1000) throw new DOMException('The click was too long ago.', 'NotAllowedError');
    return write.call(this, items);
  };
`;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [LOG]);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

describe('an export that takes long', () => {
  it('shows that it is under way, and leaves the focus where it was', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    const release = stage.holdExports();
    await detail.url.click();
    await detail.busy();
    await detail.told('Preparing the link. Press Escape to cancel.');
    await focused(detail.url);
    expect(await detail.alert.count()).toBe(0);
    release();
    await detail.alerted('Link copied');
    await detail.idle();
    await focused(detail.url);
    expect(await digestOfLink(await stage.clipboard.read())).toEqual(await digestOf(LOG));
  });

  it.each<[string, (detail: EngagementPage) => Promise<void>]>([
    ['Escape', ({ page }) => page.keyboard.press('Escape')],
    ['Cancel', (detail) => detail.button('Cancel').click()],
  ])('is cancelled by %s, and the service stops', async (_, cancel) => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/ERR_ABORTED: GET .*delivery=signed_url/);
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-1');
    const release = stage.holdExports();
    await detail.url.click();
    await detail.busy();
    await becomes(() => stage.begunOf('eng-1'), 1);
    const aborted = page.waitForEvent('requestfailed');
    await cancel(detail);
    await detail.told('Cancelled.');
    await detail.idle();
    await focused(detail.url);
    await aborted;
    // That the page has left takes a moment to arrive: until then the export may well end.
    await becomes(() => stage.cancelledOf('eng-1'), 1);
    release();
    await becomes(() => stage.proxy.active, 0);
    expect(await stage.clipboard.read()).toBe('before');
    expect(await detail.alert.count()).toBe(0);
    expect(stage.exportsOf('eng-1')).toEqual([]);
  });

  it('that was cancelled and answers all the same never overwrites the clipboard', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], before: DEAF_FETCH });
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-1');
    const release = stage.holdExports();
    await detail.url.click();
    await detail.busy();
    const answered = page.waitForEvent('requestfinished');
    await page.keyboard.press('Escape');
    await detail.told('Cancelled.');
    release();
    await answered;
    // The page has had every chance to act on the answer.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
    expect(await stage.clipboard.read()).toBe('before');
    expect(await detail.alert.count()).toBe(0);
    expect(await detail.lastLink.count()).toBe(0);
  });

  it('that was cancelled does not overwrite the link of the next one', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], before: DEAF_FETCH });
    const detail = await EngagementPage.open(page, 'eng-1');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route(/delivery=signed_url/, (route) => released.then(() => route.continue()), { times: 1 });
    await detail.url.click();
    await detail.busy();
    await page.keyboard.press('Escape');
    await detail.idle();
    await detail.url.click();
    await detail.alerted('Link copied');
    const link = await stage.clipboard.read();
    const answered = page.waitForEvent('requestfinished');
    release();
    await answered;
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
    expect(await stage.clipboard.read()).toBe(link);
    expect(await digestOfLink(link)).toEqual(await digestOf(LOG));
  });

  it('that outlasts the click offers a button that copies, with one more click', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], before: STRICT_CLIPBOARD });
    await page.clock.install();
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-1');
    const release = stage.holdExports();
    await detail.url.click();
    await detail.busy();
    await page.clock.fastForward(5_000);
    release();
    await detail.alerted('Press “Copy link”');
    expect(await stage.clipboard.read()).toBe('before');
    await detail.button('Copy link').click();
    await detail.alerted('Link copied');
    expect(await digestOfLink(await stage.clipboard.read())).toEqual(await digestOf(LOG));
    expect(stage.exportsOf('eng-1')).toHaveLength(1);
  });
});
