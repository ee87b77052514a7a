import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { events } from '../support/events.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { linkAnswer, momentOf } from './support/link-answer.js';
import { Stage } from './support/stage.js';

const SHARDS = [events(3), events(2, 3), events(4, 5)];

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', SHARDS, 'Müller & Söhne KG, audit 2025');
  await stage.shelf.put('eng-empty', []);
  await stage.shelf.putSamples('eng-abc123');
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

/** Every request for an export from then on, and what it prefers. The history is asked for besides. */
function linksAskedFor(page: Page): [url: string, prefer: string | undefined][] {
  const asked: [string, string | undefined][] = [];
  page.on('request', (request) => {
    if (!/\/exports/.test(request.url())) asked.push([request.url(), request.headers()['prefer']]);
  });
  return asked;
}

describe('URL', () => {
  it('copies a link that downloads the very bytes of the log', async () => {
    const { page } = await stage.visit({ engagements: ['eng-abc123'] });
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-abc123');
    const asked = linkAnswer(page);
    await detail.url.click();
    const answer = await asked;
    const alert = await detail.alerted('Link copied');
    const until = momentOf(answer.expires_at!);
    expect(alert).toBe(
      `Link copied: 4.8 MB, 1,842 events, valid until ${until} (10 min). Anyone with this link can download the log until then.`,
    );
    expect(until).toMatch(/\d\d:\d\d CES?T$/);
    const link = await stage.clipboard.read();
    expect(link).toBe(answer.signed_url);
    const known = 'e1352edc1015756de98ddee8a7b48c6d720037f3ee60a4dd4ce3aa22add1a82d';
    expect(await digestOfLink(link)).toEqual({ bytes: 4_796_023, sha256: known });
    expect(answer.sha256).toBe(known);
    await detail.lastLink.getByText(known).waitFor();
  });

  it('always asks for JSON lines and ten minutes, once for each click', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    const asked = linksAskedFor(page);
    await detail.url.click();
    await detail.alerted('Link copied');
    expect(asked).toEqual([
      [
        `${stage.url}/auditforge/engagement/eng-1/audit-log?format=jsonl&delivery=signed_url&expires_in=600`,
        'respond-async, wait=10',
      ],
    ]);
  });

  it('makes one link of a double click', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    const asked = linksAskedFor(page);
    // Held until both clicks have come.
    const release = stage.holdExports();
    await detail.url.dblclick();
    await detail.busy();
    release();
    await detail.alerted('Link copied');
    await detail.idle();
    expect(asked).toHaveLength(1);
    expect(stage.exportsOf('eng-1')).toHaveLength(1);
  });

  it('says so until it is dismissed, with the focus back at the button', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted(/Link copied: .*, 9 events, /);
    expect(await detail.alert.count()).toBe(1);
    await detail.button('Dismiss').click();
    await detail.alert.waitFor({ state: 'detached' });
    await focused(detail.url);
  });

  it('says of an empty log that there is nothing to export yet, and leaves the clipboard alone', async () => {
    const { page } = await stage.visit({ engagements: ['eng-empty'] });
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-empty');
    await detail.url.click();
    await detail.alerted('There is nothing to export yet');
    expect(await stage.clipboard.read()).toBe('before');
    expect(await detail.lastLink.count()).toBe(0);
    expect(stage.exportsOf('eng-empty')).toEqual([]);
  });

  it('shows which engagement it is about', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    await EngagementPage.open(page, 'eng-1');
    await page.getByRole('heading', { level: 1, name: 'Müller & Söhne KG, audit 2025' }).waitFor();
    const facts = page.getByRole('main').getByRole('definition');
    expect(await facts.allInnerTexts()).toEqual(['eng-1', 'active', '4 May 2026']);
    expect(await page.title()).toMatch('Müller & Söhne KG, audit 2025');
  });
});

describe('the last link', () => {
  it('is copied again without another export', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link copied');
    const link = await stage.clipboard.read();
    await stage.clipboard.write('something else');
    await detail.button('Dismiss').click();
    await detail.button('Copy again').click();
    await detail.alerted('Link copied');
    expect(await stage.clipboard.read()).toBe(link);
    expect(await digestOfLink(link)).toEqual(await digestOf(SHARDS.join('')));
    expect(stage.exportsOf('eng-1')).toHaveLength(1);
  });
});
