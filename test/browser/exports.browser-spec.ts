import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { asJsonArray, events } from '../support/events.js';
import { ADMIN_TOKEN } from '../support/session-tokens.js';
import { becomes } from './support/becomes.js';
import { digestOf, digestOfLink } from './support/download.js';
import { EngagementPage } from './support/engagement-page.js';
import { linkAnswer } from './support/link-answer.js';
import { Stage } from './support/stage.js';

const LOG = events(5);
const IDS = ['eng-1', 'eng-2', 'eng-empty', 'eng-gone', 'eng-many', 'eng-torn'];

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ AUDITFORGE_RATE_SIGNED_URL: '0' });
  for (const id of IDS) await stage.shelf.put(id, id === 'eng-empty' ? [] : [LOG]);
  await stage.shelf.put('eng-torn', [`${LOG}{"event":"llm_c`]);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

/** Has the platform admin make an export, and waits for its end. */
async function exportAsAdmin(id: string): Promise<void> {
  const response = await fetch(`${stage.url}/auditforge/engagement/${id}/audit-log/exports`, {
    method: 'POST',
    headers: { 'x-admin-token': ADMIN_TOKEN, 'content-type': 'application/json', prefer: 'wait=30' },
    body: '{}',
  });
  expect(response.status).toBe(201);
}

describe('the exports', () => {
  it('show each with its time, format, size, digest and by whom it was asked for', async () => {
    const { page } = await stage.visit({ engagements: IDS });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.exports.getByText('No exports yet.').waitFor();
    await detail.url.click();
    await detail.alerted('Link copied');
    await becomes(() => detail.rows.count(), 1);
    const { sha256 } = await digestOf(LOG);
    const time = detail.rows.getByRole('time');
    expect(await time.innerText()).toMatch(/^\d{1,2} \w{3,4} \d{4}, \d\d:\d\d CES?T$/);
    expect(await time.getAttribute('datetime')).toMatch(/^\d{4}-\d\d-\d\dT/);
    await detail.rows
      .getByText(/^JSON lines · [\d.]+ (kB|bytes) · 5 events · by\sreviewer@example\.com$/)
      .waitFor();
    await detail.rows.getByText(sha256).waitFor();
  });

  it('show those of others after a look, the newest first, and what came to nothing', async () => {
    const { page, complaints } = await stage.visit({ engagements: IDS });
    complaints.expect(/status of 502 .*delivery=signed_url/);
    const detail = await EngagementPage.open(page, 'eng-torn');
    await detail.url.click();
    await detail.alerted('A part of this log is damaged');
    await detail.rows
      .getByText(/^A part of this log is damaged.*Reference: \d{8}T\d{6}Z-[a-z2-7]{10}$/)
      .waitFor();
    const other = await EngagementPage.open(page, 'eng-2');
    await other.exports.getByText('No exports yet.').waitFor();
    await exportAsAdmin('eng-2');
    await other.button('Refresh').click();
    await other.rows.getByText(/ · by the platform admin\s\S+$/).waitFor();
    await other.options.click();
    await other.item('JSON array').click();
    await other.item('Make and copy link').click();
    await becomes(() => other.rows.count(), 2);
    await other.rows
      .first()
      .getByText(/^JSON array · /)
      .waitFor();
  });

  it('tell of an export without events that it has no file', async () => {
    const { page } = await stage.visit({ engagements: IDS });
    const detail = await EngagementPage.open(page, 'eng-empty');
    await detail.url.click();
    await detail.alerted('nothing to export yet');
    await detail.rows.getByText('no events, so no file').waitFor();
    expect(await detail.rows.getByRole('button').count()).toBe(0);
  });

  it('are shown a page at a time', async () => {
    for (let made = 0; made < 23; made++) await exportAsAdmin('eng-many');
    const { page } = await stage.visit({ engagements: IDS });
    const detail = await EngagementPage.open(page, 'eng-many');
    await becomes(() => detail.rows.count(), 20);
    await detail.button('Show more').click();
    await becomes(() => detail.rows.count(), 23);
    expect(await detail.button('Show more').count()).toBe(0);
    // A look anew keeps them all.
    await detail.url.click();
    await detail.alerted('Link copied');
    await becomes(() => detail.rows.count(), 24);
    const moments = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.af-export time')].map(({ dateTime }) => dateTime)`,
    );
    expect(moments).toHaveLength(24);
    expect(moments).toEqual(moments.toSorted().toReversed());
  });

  it('are not spoken of where the service keeps no records', async () => {
    await using without = await keepingNoRecords();
    const { page, complaints } = await without.stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/status of 404 .*\/audit-log\/exports/);
    const asked = page.waitForResponse(/\/audit-log\/exports/);
    const detail = await EngagementPage.open(page, 'eng-1');
    expect((await asked).status()).toBe(404);
    await detail.url.click();
    await detail.alerted('Link copied');
    await detail.button('New link').click();
    await becomes(() => without.stage.exportsOf('eng-1').length, 2);
    await detail.idle();
    await detail.alerted('Link copied');
    expect(await detail.exports.count()).toBe(0);
  });
});

async function keepingNoRecords() {
  const other = await Stage.open({ AUDITFORGE_EXPORT_RECORDS: 'false' });
  await other.shelf.put('eng-1', [LOG]);
  return {
    stage: other,
    [Symbol.asyncDispose]: async () => {
      await other.endVisits();
      await other.close();
    },
  };
}

describe('a new link to an export', () => {
  it('is one to the same object, in the format that it has', async () => {
    const { page } = await stage.visit({ engagements: IDS });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.options.click();
    await detail.item('JSON array').click();
    await detail.item('Make and copy link').click();
    await detail.alerted('Link copied');
    const first = new URL(await stage.clipboard.read());
    await stage.clipboard.write('before');
    await detail.button('Dismiss').click();
    await detail.rows.first().getByText('JSON array').waitFor();
    const asked = linkAnswer(page);
    await detail.rows
      .first()
      .getByRole('button', { name: /^New link for the export of \d{1,2} \w/ })
      .click();
    expect(await asked).toMatchObject({ format: 'json', expires_in: 600 });
    await detail.alerted('Link copied');
    const link = await stage.clipboard.read();
    expect(new URL(link).pathname).toBe(first.pathname);
    expect(await digestOfLink(link)).toEqual(await digestOf(asJsonArray(LOG)));
    expect(stage.exportsOf('eng-1')).toHaveLength(1);
    await detail.lastLink.getByText('JSON array').waitFor();
  });

  it('whose object has been removed is refused in words, with another export one click away', async () => {
    const { page, complaints } = await stage.visit({ engagements: IDS });
    complaints.expect(/status of 410 /);
    const detail = await EngagementPage.open(page, 'eng-gone');
    const asked = linkAnswer(page);
    await detail.url.click();
    const { s3_bucket, s3_key } = await asked;
    await detail.alerted('Link copied');
    const client = new S3Client(stage.store.config);
    await client.send(new DeleteObjectCommand({ Bucket: s3_bucket, Key: s3_key! }));
    client.destroy();
    await detail.button('New link').click();
    await detail.alerted('The file of this export has been removed.');
    await stage.clipboard.write('before');
    await detail.button('New export').click();
    await detail.alerted('Link copied');
    expect(await digestOfLink(await stage.clipboard.read())).toEqual(await digestOf(LOG));
    await becomes(() => detail.rows.count(), 2);
  });

  it('is not needed for its SHA-256, which is copied by a button of its own', async () => {
    await exportAsAdmin('eng-1');
    const { page } = await stage.visit({ engagements: IDS });
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.rows
      .first()
      .getByRole('button', { name: /^Copy SHA-256 of the export of / })
      .click();
    const { sha256 } = await digestOf(LOG);
    await detail.alerted(`SHA-256 copied: ${sha256}.`);
    expect(await stage.clipboard.read()).toBe(sha256);
  });
});
