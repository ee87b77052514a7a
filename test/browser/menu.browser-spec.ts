import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { asJsonArray, events } from '../support/events.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { linkAnswer } from './support/link-answer.js';
import { Stage } from './support/stage.js';

const LOG = events(5);

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [LOG]);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

describe('the menu beside URL', () => {
  it('makes a link to a JSON array that is valid for a minute, and copies it', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.options.click();
    await detail.item('JSON array').click();
    await detail.item('1 minute').click();
    const asked = linkAnswer(page);
    await detail.item('Make and copy link').click();
    await detail.alerted(/valid until .* \(1 min\)\./);
    expect(await asked).toMatchObject({ format: 'json', expires_in: 60 });
    const link = await stage.clipboard.read();
    expect(await digestOfLink(link)).toEqual(await digestOf(asJsonArray(LOG)));
    await detail.lastLink.getByText('JSON array').waitFor();
    // New link makes one like the last; URL remains what it is.
    const like = linkAnswer(page);
    await detail.button('New link').click();
    expect(await like).toMatchObject({ format: 'json', expires_in: 60 });
    await detail.idle();
    const usual = linkAnswer(page);
    await detail.url.click();
    expect(await usual).toMatchObject({ format: 'jsonl', expires_in: 600 });
    await detail.alerted(/\(10 min\)\./);
  });

  it('copies the SHA-256 of the last link', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.options.click();
    // There is none before there is a link.
    expect(await detail.item('Copy SHA-256').getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    await detail.url.click();
    await detail.alerted('Link copied');
    await detail.options.click();
    await detail.item('Copy SHA-256').click();
    const { sha256 } = await digestOf(LOG);
    await detail.alerted(`SHA-256 copied: ${sha256}`);
    expect(await stage.clipboard.read()).toBe(sha256);
  });

  it('says which format and lifetime are chosen', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.options.click();
    const checked = page.getByRole('menuitemradio', { checked: true });
    expect(await checked.allInnerTexts()).toEqual(['JSON lines', '10 minutes']);
    await detail.item('JSON array').click();
    await detail.item('60 minutes').click();
    expect(await checked.allInnerTexts()).toEqual(['JSON array', '60 minutes']);
  });

  it('is worked by keys alone, and gives the focus back', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.options.focus();
    await page.keyboard.press('ArrowDown');
    await focused(detail.item('JSON lines'));
    await page.keyboard.press('ArrowDown');
    await focused(detail.item('JSON array'));
    await page.keyboard.press('Home');
    await focused(detail.item('JSON lines'));
    await page.keyboard.press('ArrowUp');
    await focused(detail.item('Copy SHA-256'));
    await page.keyboard.press('ArrowDown');
    await focused(detail.item('JSON lines'));
    await page.keyboard.press('End');
    await focused(detail.item('Copy SHA-256'));
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await focused(detail.options);
  });

  it('closes on a click elsewhere, and on Tab', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    const menu = page.getByRole('menu');
    await detail.options.click();
    await menu.waitFor();
    await page.getByRole('heading', { level: 1 }).click();
    await menu.waitFor({ state: 'detached' });
    await detail.options.click();
    await menu.waitFor();
    await page.keyboard.press('Tab');
    await menu.waitFor({ state: 'detached' });
  });
});
