import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { events } from '../support/events.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { changeLinkAnswers, linkAnswer } from './support/link-answer.js';
import { Stage } from './support/stage.js';

const LOG = events(5);
const NO_CLIPBOARD = 'delete Navigator.prototype.clipboard;';
const NO_CLIPBOARD_ITEM = 'delete globalThis.ClipboardItem;';
const NO_PROMPT = 'globalThis.prompt = undefined;';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [LOG]);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

/** What the browser's prompts show, each closed as a reader closes it. */
function promptsOf(page: Page): string[] {
  const shown: string[] = [];
  page.on('dialog', (dialog) => {
    shown.push(`${dialog.type()} ${dialog.message()} ${dialog.defaultValue()}`);
    void dialog.dismiss();
  });
  return shown;
}

/** The field that shows a link, selected and not to be written in. */
async function fieldOf(page: Page): Promise<string> {
  const field = page.getByRole('textbox', { name: 'Link', exact: true });
  await focused(field);
  expect(await field.getAttribute('readonly')).not.toBeNull();
  const [from, to, length] = await page.evaluate<number[]>(
    '[document.activeElement.selectionStart, document.activeElement.selectionEnd, document.activeElement.value.length]',
  );
  expect([from, to]).toEqual([0, length]);
  return field.inputValue();
}

describe('where the clipboard', () => {
  it.each<[string, { clipboard?: 'denied'; before?: string }]>([
    ['refuses', { clipboard: 'denied' }],
    ['is absent', { before: NO_CLIPBOARD }],
  ])('%s, the browser’s prompt shows the link', async (_, how) => {
    const { page } = await stage.visit({ engagements: ['eng-1'], ...how });
    await stage.clipboard.write('before');
    const prompts = promptsOf(page);
    const detail = await EngagementPage.open(page, 'eng-1');
    const asked = linkAnswer(page);
    await detail.url.click();
    const { signed_url: link } = await asked;
    await detail.alerted(/Link ready: .*, 5 events, valid until /);
    expect(prompts).toEqual([`prompt Copy this link: ${link}`]);
    expect(await digestOfLink(link!)).toEqual(await digestOf(LOG));
    expect(await stage.clipboard.read()).toBe('before');
    // Whoever closed the prompt too early has the link all the same.
    await detail.button('Show link').click();
    expect(await fieldOf(page)).toBe(link);
  });

  it('and the prompt are absent, a selected field shows the link', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], before: NO_CLIPBOARD + NO_PROMPT });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link ready');
    expect(await digestOfLink(await fieldOf(page))).toEqual(await digestOf(LOG));
  });

  it('refuses a link that a prompt would cut, a selected field shows the whole of it', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], clipboard: 'denied' });
    const prompts = promptsOf(page);
    const link = `https://store.example/log?X-Amz-Security-Token=`.padEnd(3_000, 'x');
    await changeLinkAnswers(page, { signed_url: link });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link ready');
    expect(await fieldOf(page)).toBe(link);
    expect(prompts).toEqual([]);
  });

  it('refuses, the prompt takes a link of 1,900 characters, and one of 1,901 goes to the field', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], clipboard: 'denied' });
    const prompts = promptsOf(page);
    const link = 'https://store.example/log?X-Amz-Security-Token='.padEnd(1_900, 'x');
    await changeLinkAnswers(page, { signed_url: link });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.button('Show link').waitFor();
    expect(prompts).toHaveLength(1);
    await page.unroute(/delivery=signed_url/);
    await changeLinkAnswers(page, { signed_url: `${link}x` });
    await detail.url.click();
    expect(await fieldOf(page)).toBe(`${link}x`);
    expect(prompts).toHaveLength(1);
  });

  it('takes text alone, it gets the link as text', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'], before: NO_CLIPBOARD_ITEM });
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link copied');
    expect(await digestOfLink(await stage.clipboard.read())).toEqual(await digestOf(LOG));
  });

  it('takes a link of 3,000 characters, it gets the whole of it', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const link = `https://store.example/log?X-Amz-Security-Token=`.padEnd(3_000, 'x');
    await changeLinkAnswers(page, { signed_url: link });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link copied');
    expect(await stage.clipboard.read()).toBe(link);
  });
});
