import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { digestOfFile, digestOfLink } from './support/download.js';
import { EngagementPage } from './support/engagement-page.js';
import { Stage } from './support/stage.js';

const MIB = 1024 * 1024;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.putSamples('eng-large');
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

it('eng-large comes to the same bytes on the disk through the link and through Audit log', async () => {
  const { page, context, complaints } = await stage.visit({ engagements: ['eng-large'] });
  // An address that turns out to be a download leads to no page.
  complaints.tolerate(/ERR_ABORTED: GET .*\/auditforge\/exports\//);
  const detail = await EngagementPage.open(page, 'eng-large');
  await detail.url.click();
  await detail.alerted('Link copied: 100.9 MB, 38,700 events');
  const link = await stage.clipboard.read();

  const streaming = page.waitForEvent('download');
  await detail.auditLog.click();
  const streamed = await digestOfFile(await streaming);

  // The link in the browser itself, as who is given it opens it.
  const receiver = await context.newPage();
  const fetching = receiver.waitForEvent('download');
  await receiver.goto(link).catch(() => undefined);
  const download = await fetching;
  expect(download.suggestedFilename()).toMatch(/^eng-large-\d{8}T\d{6}Z\.jsonl$/);
  const linked = await digestOfFile(download);

  expect(streamed.bytes).toBeGreaterThan(90 * MIB);
  expect(linked).toEqual(streamed);
  expect(await digestOfLink(link)).toEqual(streamed);
  await detail.lastLink.getByText(streamed.sha256).waitFor();
});
