import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { events } from '../support/events.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { answerHistory, answerUnderWay, ONE_OF_EACH } from './support/history-answer.js';
import { Stage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put(
    'eng-1',
    [events(3)],
    'A very long name of an engagement, Donaudampfschifffahrtsgesellschaft and sons',
  );
  await stage.shelf.put('eng-empty', []);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

/** Each state of the pages, and how a visitor comes to it. */
const STATES: [what: string, reach: (page: Page) => Promise<void>][] = [
  [
    'the start page',
    async (page) => {
      await page.goto('/');
      await page.getByRole('link', { name: /^A very long name/ }).waitFor();
    },
  ],
  ['an engagement', async (page) => void (await EngagementPage.open(page, 'eng-1'))],
  [
    'a link that was copied',
    async (page) => {
      const detail = await EngagementPage.open(page, 'eng-1');
      await detail.url.click();
      await detail.alerted('Link copied');
    },
  ],
  [
    'the open menu',
    async (page) => {
      const detail = await EngagementPage.open(page, 'eng-1');
      await detail.options.click();
      await detail.item('JSON array').waitFor();
    },
  ],
  [
    'an empty log',
    async (page) => {
      const detail = await EngagementPage.open(page, 'eng-empty');
      await detail.url.click();
      await detail.alerted('nothing to export yet');
    },
  ],
  [
    'exports of every state, and one for a link',
    async (page) => {
      await answerHistory(page, ONE_OF_EACH);
      await answerUnderWay(page, 412);
      const detail = await EngagementPage.open(page, 'eng-1');
      await detail.rows.last().waitFor();
      await detail.url.click();
      await detail.bar('Export for the link').waitFor();
    },
  ],
  [
    'an engagement out of scope',
    async (page) => {
      await page.goto('/engagement/eng-2');
      await page.getByRole('alert').waitFor();
    },
  ],
];

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'wide', colorScheme: 'light', viewport: { width: 1920, height: 1080 } },
] as const;

describe.each(LOOKS)('in $name', ({ colorScheme, viewport }) => {
  it.each(STATES)('axe finds nothing in %s, and nothing scrolls sideways', async (_, reach) => {
    const { page, complaints } = await stage.visit({
      engagements: ['eng-1', 'eng-empty'],
      colorScheme,
      viewport,
    });
    complaints.tolerate(/status of 403/);
    await reach(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
  });

  it('axe finds nothing in the sign-in page', async () => {
    const { page, complaints } = await stage.visit({ colorScheme, viewport });
    complaints.tolerate(/status of 401/);
    await page.goto('/');
    await page.getByLabel('Session token', { exact: true }).waitFor();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });
});

describe('by keyboard alone', () => {
  it('a visitor reaches every export, and does with it what can be done', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    await answerHistory(page, ONE_OF_EACH);
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.rows.last().waitFor();
    await detail.button('Refresh').focus();
    const names: string[] = [];
    for (let presses = 0; presses < 5; presses++) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate<string>('document.activeElement.ariaLabel'));
      const width = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineWidth');
      expect(Number.parseFloat(width)).toBeGreaterThan(1);
    }
    expect(names).toEqual([
      'Cancel the export of 8 May 2026, 15:19',
      'New link for the export of 8 May 2026, 15:02',
      'Copy SHA-256 of the export of 8 May 2026, 15:02',
      'New link for the export of 8 May 2026, 11:57',
      'Copy SHA-256 of the export of 8 May 2026, 11:57',
    ]);
    await detail.button('Copy SHA-256 of the export of 8 May 2026, 15:02').focus();
    await page.keyboard.press('Enter');
    await detail.alerted('SHA-256 copied');
    await focused(detail.button('Copy SHA-256 of the export of 8 May 2026, 15:02'));
  });

  it('a visitor copies a link, another one from the menu, and dismisses what is said', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent')) === 'URL') break;
    }
    await focused(detail.url);
    // Where the focus is can be seen.
    const [style, width] = await page.evaluate<[string, string]>(
      `(({ outlineStyle, outlineWidth }) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))`,
    );
    expect(style).not.toBe('none');
    expect(Number.parseFloat(width)).toBeGreaterThan(1);
    await page.keyboard.press('Enter');
    await detail.alerted('Link copied');
    await focused(detail.url);
    await page.keyboard.press('Tab');
    await focused(detail.options);
    await page.keyboard.press('Enter');
    await detail.item('JSON array').waitFor();
    await page.keyboard.press('Escape');
    await focused(detail.options);
    await detail.button('Dismiss').focus();
    await page.keyboard.press('Enter');
    await focused(detail.url);
    expect(await detail.alert.count()).toBe(0);
  });
});

describe('while an export takes', () => {
  it.each([
    ['something moves', 'no-preference', 1],
    ['nothing moves for who prefers that', 'reduce', 0],
  ] as const)('%s', async (_, reducedMotion, moving) => {
    const { page } = await stage.visit({ engagements: ['eng-1'], reducedMotion });
    const detail = await EngagementPage.open(page, 'eng-1');
    const release = stage.holdExports();
    await detail.url.click();
    await detail.busy();
    // Transitions of colour end by themselves; what goes on and on is what disturbs.
    const animations = await page.evaluate<number>(
      'document.getAnimations().filter((each) => each instanceof CSSAnimation).length',
    );
    expect(animations).toBe(moving);
    release();
    await detail.alerted('Link copied');
  });
});
