import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { digestOf, digestOfFile } from './support/download.js';
import { EngagementPage } from './support/engagement-page.js';
import { Stage } from './support/stage.js';

const SHARDS = [events(3), events(2, 3)];

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ AUDITFORGE_RATE_STREAM: '0' });
  await stage.shelf.put('eng-1', SHARDS);
  await stage.shelf.put('eng-empty', []);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

describe('Audit log', () => {
  it('has the browser store the log, whole and under its name', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    const methods: string[] = [];
    page.on('request', (request) => methods.push(request.method()));
    const begun = page.waitForEvent('download');
    await detail.auditLog.click();
    const download = await begun;
    expect(download.suggestedFilename()).toMatch(/^eng-1-\d{8}T\d{6}Z\.jsonl$/);
    expect(await digestOfFile(download)).toEqual(await digestOf(SHARDS.join('')));
    await detail.told('The download has begun.');
    expect(page.url()).toBe(`${stage.url}/engagement/eng-1`);
    // It asks first; the download itself is no request of the page.
    expect(methods[0]).toBe('HEAD');
    expect(await detail.alert.count()).toBe(0);
  });

  it('stores an empty log as an empty file', async () => {
    const { page } = await stage.visit({ engagements: ['eng-empty'] });
    const detail = await EngagementPage.open(page, 'eng-empty');
    const begun = page.waitForEvent('download');
    await detail.auditLog.click();
    expect((await digestOfFile(await begun)).bytes).toBe(0);
  });

  it('downloads once on a double click', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const asked: string[] = [];
    await page.route(/audit-log/, async (route) => {
      asked.push(route.request().method());
      await released;
      await route.continue();
    });
    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    const begun = page.waitForEvent('download');
    await detail.auditLog.dblclick();
    release();
    await digestOfFile(await begun);
    await detail.told('The download has begun.');
    expect(asked.filter((method) => method === 'HEAD')).toHaveLength(1);
    expect(downloads).toHaveLength(1);
  });

  it('shows an error in place, and does not leave the page', async () => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/status of 50[23] .*audit-log/);
    const detail = await EngagementPage.open(page, 'eng-1');
    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    stage.proxy.script = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
    await detail.auditLog.click();
    expect(await detail.alerted(/\S/)).toMatch(/Reference: \S+$/);
    expect(page.url()).toBe(`${stage.url}/engagement/eng-1`);
    stage.proxy.script = () => undefined;
    const begun = page.waitForEvent('download');
    await detail.auditLog.click();
    expect(await digestOfFile(await begun)).toEqual(await digestOf(SHARDS.join('')));
    expect(downloads).toHaveLength(1);
  });

  it('is cancelled by Escape while it asks', async () => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/ERR_ABORTED: HEAD /);
    const detail = await EngagementPage.open(page, 'eng-1');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route(/audit-log/, async (route) => {
      await released;
      await route.continue();
    });
    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    await detail.auditLog.click();
    await detail.told('Asking for the log.');
    const aborted = page.waitForEvent('requestfailed');
    await page.keyboard.press('Escape');
    await detail.told('Cancelled.');
    await aborted;
    release();
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
    expect(downloads).toEqual([]);
  });

  it('is an ordinary link to a click with Ctrl, which the page leaves to the browser', async () => {
    const { page, context } = await stage.visit({ engagements: ['eng-1'] });
    const detail = await EngagementPage.open(page, 'eng-1');
    expect(await detail.auditLog.getAttribute('href')).toBe(
      '/auditforge/engagement/eng-1/audit-log?format=jsonl',
    );
    const prevented = page.evaluate<boolean>(
      `new Promise((resolve) => addEventListener('click', (event) => resolve(event.defaultPrevented)))`,
    );
    const methods: string[] = [];
    context.on('request', (request) => methods.push(request.method()));
    await detail.auditLog.click({ modifiers: ['ControlOrMeta'] });
    expect(await prevented).toBe(false);
    expect(methods).not.toContain('HEAD');
    expect(await detail.status.allInnerTexts()).not.toContain('Asking for the log. Press Escape to cancel.');
  });
});
