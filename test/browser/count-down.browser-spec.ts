import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage } from './support/engagement-page.js';
import { Stage } from './support/stage.js';

const LOG = events(5);

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [LOG]);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

/** Notes whatever is written into the line of progress, which is read out. */
const LISTEN = `
  globalThis.told = [];
  new MutationObserver(() => {
    const text = document.querySelector('.af-detail [role=status]')?.textContent ?? '';
    if (text !== told.at(-1)) told.push(text);
  }).observe(document, { subtree: true, childList: true, characterData: true });
`;

describe('the count-down of the last link', () => {
  it('goes by the second, is read out by none, and ends with “expired”, told once', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], before: LISTEN });
    await page.clock.install();
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link copied');
    await page.clock.pauseAt(await page.evaluate<number>('Date.now() + 1000'));
    const timer = detail.lastLink.getByRole('timer');
    const secondsLeft = async (): Promise<number> => {
      const [, minutes, seconds] = /^(\d+):(\d\d) left$/.exec(await timer.innerText())!;
      return Number(minutes) * 60 + Number(seconds);
    };
    const before = await secondsLeft();
    expect(before).toBeGreaterThan(400);
    expect(before).toBeLessThanOrEqual(600);
    await page.clock.runFor(1_000);
    expect(await secondsLeft()).toBe(before - 1);
    await page.clock.fastForward(90_000);
    expect(await secondsLeft()).toBe(before - 91);
    // Nothing around it is a live region.
    expect(await timer.getAttribute('aria-live')).toBe('off');
    expect(await page.locator('[role=status] [role=timer], [role=alert] [role=timer]').count()).toBe(0);
    expect(await page.evaluate('told')).not.toContain('The link has expired.');

    await page.clock.runFor((before - 91) * 1_000);
    await detail.told('The link has expired.');
    await page.clock.runFor(120_000);
    expect(await timer.innerText()).toBe('expired');
    const told = await page.evaluate<string[]>('told');
    expect(told.filter((text) => text === 'The link has expired.')).toHaveLength(1);
    // What said that the link is good is gone with it.
    expect(await detail.alert.count()).toBe(0);
    expect(await detail.button('Copy again').getAttribute('aria-disabled')).toBe('true');
  });

  it('is followed by a new link with one click', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    await page.clock.install();
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link copied');
    const old = new URL(await stage.clipboard.read());
    await stage.clipboard.write('before');
    await page.clock.fastForward(601_000);
    await detail.told('The link has expired.');
    await detail.button('New link').click();
    await detail.alerted('Link copied');
    const link = await stage.clipboard.read();
    expect(new URL(link).pathname).toBe(old.pathname);
    expect(await digestOfLink(link)).toEqual(await digestOf(LOG));
    await detail.lastLink.getByText(/\d+:\d\d left/).waitFor();
    expect(stage.exportsOf('eng-1')).toHaveLength(1);
  });
});
