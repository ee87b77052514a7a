import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { EngagementPage } from './support/engagement-page.js';
import { answerHistory, answerUnderWay, ONE_OF_EACH, ready } from './support/history-answer.js';
import { changeLinkAnswers } from './support/link-answer.js';
import { Stage } from './support/stage.js';

/** The moment in every picture, so that they are the same each time. */
const NOW = new Date('2026-05-08T13:20:00Z');
const KEPT_IN = process.env['TEST_SCREENSHOTS_DIR'];

let stage: Stage;
let folder: string;
beforeAll(async () => {
  folder = KEPT_IN ?? (await mkdtemp(join(tmpdir(), 'screenshots-')));
  stage = await Stage.open();
  await stage.shelf.putSamples('eng-abc123', 'eng-empty');
});
afterEach(() => stage.endVisits());
afterAll(async () => {
  await stage.close();
  if (KEPT_IN === undefined) await rm(folder, { recursive: true });
});

async function copied(page: Page): Promise<void> {
  await changeLinkAnswers(page, { expires_at: new Date(NOW.getTime() + 600_000).toISOString() });
  await answerHistory(page, [ready('13:20')]);
  const detail = await EngagementPage.open(page, 'eng-abc123');
  await detail.url.click();
  await detail.alerted('Link copied');
}

async function history(page: Page): Promise<void> {
  await answerHistory(page, ONE_OF_EACH);
  const detail = await EngagementPage.open(page, 'eng-abc123');
  await detail.rows.last().waitFor();
}

async function progress(page: Page): Promise<void> {
  await answerHistory(page, [ready('13:02')]);
  await answerUnderWay(page, 412);
  const detail = await EngagementPage.open(page, 'eng-abc123');
  await detail.url.click();
  await detail.bar('Export for the link').waitFor();
}

async function empty(page: Page): Promise<void> {
  const nothing = { empty: true, size_bytes: 0, event_count: 0, sha256: null, s3_key: null };
  await answerHistory(page, [ready('13:20', nothing)]);
  const detail = await EngagementPage.open(page, 'eng-empty');
  await detail.url.click();
  await detail.alerted('nothing to export');
}

async function failed(page: Page): Promise<void> {
  await answerHistory(page, [ready('13:02')]);
  await page.route(/delivery=signed_url/, (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      headers: { 'retry-after': '5' },
      json: {
        type: 'urn:auditforge:problem:storage_unavailable',
        title: 'Storage unavailable',
        status: 503,
        detail: 'The store does not answer. Try again after Retry-After seconds.',
        code: 'storage_unavailable',
        request_id: '0d5c9b0e-4c55-4b0c-9d4b-7f4f0b9d6a51',
      },
    }),
  );
  const detail = await EngagementPage.open(page, 'eng-abc123');
  await detail.url.click();
  await detail.alerted('Reference');
}

async function start(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('link', { name: /Pinecrest/ }).waitFor();
}

it.each([
  ['light', copied, 1280, 'light'],
  ['dark', copied, 1280, 'dark'],
  ['narrow', copied, 360, 'light'],
  ['wide', copied, 1920, 'light'],
  ['history', history, 1280, 'light'],
  ['history-dark', history, 1280, 'dark'],
  ['history-narrow', history, 360, 'light'],
  ['progress', progress, 1280, 'light'],
  ['error', failed, 1280, 'light'],
  ['empty', empty, 1280, 'light'],
  ['start', start, 1280, 'light'],
] as const)('the page can be shown: %s', async (name, reach, width, colorScheme) => {
  const { page, complaints } = await stage.visit({
    engagements: ['eng-abc123', 'eng-empty'],
    viewport: { width, height: width === 360 ? 900 : 640 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  complaints.tolerate(/status of 503/);
  await page.clock.setFixedTime(NOW);
  await page.route(/\/auditforge\/session$/, async (route) => {
    const response = await route.fetch({
      headers: { ...route.request().headers(), 'sec-fetch-site': 'same-origin' },
    });
    const session = (await response.json()) as object;
    await route.fulfill({ response, json: { ...session, expires_at: '2026-05-09T01:20:00Z' } });
  });
  await reach(page);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  const png = await readFile(path);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  // The width in the header of the file (PNG, 11.2.2).
  expect(png.readUInt32BE(16)).toBe(width);
});
