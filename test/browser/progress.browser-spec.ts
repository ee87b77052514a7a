import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { becomes } from './support/becomes.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { answerAtOnce, holdShards } from './support/long-export.js';
import { Stage } from './support/stage.js';

const SHARDS = [events(5), events(5, 5), events(5, 10), events(5, 15)];
const IDS = ['eng-1', 'eng-2', 'eng-3', 'eng-4', 'eng-5'];

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  for (const id of IDS) await stage.shelf.put(id, SHARDS);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

/** A page whose export goes no further than the first shard, and what lets it go on. */
async function slowExport(id: string) {
  const { page, complaints } = await stage.visit({ engagements: IDS });
  await answerAtOnce(page);
  const detail = await EngagementPage.open(page, id);
  const hold = holdShards(stage);
  hold.from(1);
  await detail.url.click();
  const bar = detail.bar('Export for the link');
  const words = () => bar.getAttribute('aria-valuetext');
  await becomes(words, expect.stringMatching(/^1 of 4 shards, /));
  return { page, complaints, detail, bar, words, hold };
}

describe('an export that takes long', () => {
  it('shows how far it is, and leads to the link', async () => {
    const { detail, bar, words, hold } = await slowExport('eng-1');
    expect(await bar.getAttribute('aria-valuemin')).toBe('0');
    expect(await bar.getAttribute('aria-valuemax')).toBe('100');
    const before = Number(await bar.getAttribute('aria-valuenow'));
    expect(before).toBeGreaterThan(0);
    await detail.told('Preparing the link. Press Escape to cancel.');
    await focused(detail.url);
    hold.from(3);
    await becomes(words, expect.stringMatching(/^3 of 4 shards, /));
    const after = Number(await bar.getAttribute('aria-valuenow'));
    expect(after).toBeGreaterThan(before);
    expect(after).toBeLessThan(100);
    // It is shown once, not among the others as well.
    expect(await detail.bar(/./).count()).toBe(1);
    hold.from(Infinity);
    await detail.alerted(/^Link (copied|ready)/);
    expect(await bar.count()).toBe(0);
    await becomes(() => detail.rows.count(), 1);
    expect(stage.exportsOf('eng-1')).toHaveLength(1);
  });

  it.each<[string, string, (detail: EngagementPage) => Promise<void>]>([
    ['Escape', 'eng-2', ({ page }) => page.keyboard.press('Escape')],
    ['Cancel', 'eng-3', (detail) => detail.button('Cancel').click()],
  ])('is cancelled by %s, for good', async (_, id, cancel) => {
    const { page, complaints, detail, bar, hold } = await slowExport(id);
    complaints.tolerate(/ERR_ABORTED: GET .*\/exports\/[^/]+\?expires_in=600/);
    await stage.clipboard.write('before');
    const told = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await cancel(detail);
    await detail.told('Cancelled.');
    expect(await bar.count()).toBe(0);
    await focused(detail.url);
    expect((await told).status()).toBe(204);
    await detail.rows.getByText('Cancelled').waitFor();
    expect(await detail.rows.getByRole('button').count()).toBe(0);
    hold.from(Infinity);
    await becomes(() => stage.proxy.active, 0);
    expect(stage.exportsOf(id)).toEqual([]);
    expect(await stage.clipboard.read()).toBe('before');
    expect(await detail.alert.count()).toBe(0);
  });

  it('is seen by others, who may cancel it, and its own page says so', async () => {
    const { detail, hold } = await slowExport('eng-4');
    const { page } = await stage.visit({ engagements: IDS });
    const other = await EngagementPage.open(page, 'eng-4');
    const bar = other.bar(/^Export of \d{1,2} \w{3,4} \d{4}, \d\d:\d\d$/);
    const words = () => bar.getAttribute('aria-valuetext');
    await becomes(words, expect.stringMatching(/^1 of 4 shards, /));
    hold.from(2);
    await becomes(words, expect.stringMatching(/^2 of 4 shards, /));
    await other.exports.getByRole('button', { name: /^Cancel the export of / }).click();
    await other.told(/^The export of .* has been cancelled\.$/);
    await other.rows.getByText('Cancelled').waitFor();
    expect(await bar.count()).toBe(0);
    await focused(other.rows.first());
    await detail.alerted('This export was cancelled, so there is no file of it.');
    hold.from(Infinity);
    await becomes(() => stage.proxy.active, 0);
    expect(stage.exportsOf('eng-4')).toEqual([]);
  });

  it('goes on in the history of a page that comes later, which is told when it is ready', async () => {
    const { page, detail, hold } = await slowExport('eng-5');
    await page.reload();
    await detail.url.waitFor();
    await detail.bar(/^Export of /).waitFor();
    hold.from(Infinity);
    const button = detail.exports.getByRole('button', { name: /^New link for the export of / });
    await button.click();
    await detail.alerted('Link copied');
    expect(await digestOfLink(await stage.clipboard.read())).toEqual(await digestOf(SHARDS.join('')));
    expect(stage.exportsOf('eng-5')).toHaveLength(1);
  });
});
