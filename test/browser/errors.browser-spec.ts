import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { EngagementPage } from './support/engagement-page.js';
import { listsShards, Stage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [events(2)]);
  await stage.shelf.put('eng-torn', [`${events(2)}{"event":"llm_c`]);
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

const REFERENCE = /Reference: [A-Za-z0-9._-]+$/;

describe('an engagement', () => {
  it.each([
    ['that the session does not cover', 'eng-other', 403, 'Your session does not cover this engagement.'],
    ['that does not exist', 'eng-gone', 404, 'There is no engagement with this id.'],
  ])('%s is told as such, with what to do and a reference', async (_, id, status, words) => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1', 'eng-gone'] });
    complaints.expect(new RegExp(`status of ${status} .*${id}`));
    await page.goto(`/engagement/${id}`);
    const text = await new EngagementPage(page).alerted(words);
    expect(text).toMatch(REFERENCE);
    expect(await new EngagementPage(page).url.count()).toBe(0);
  });

  it('whose record cannot be read is there on the next try', async () => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/status of 502 .*eng-1/);
    stage.proxy.script = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
    await page.goto('/engagement/eng-1');
    const detail = new EngagementPage(page);
    await detail.alerted('AuditForge is not allowed to read or write where this log is kept.');
    stage.proxy.script = () => undefined;
    await detail.button('Try again').click();
    await detail.url.waitFor();
    expect(await detail.alert.count()).toBe(0);
  });
});

describe('an export that fails', () => {
  it('says what happened and what to do, with the reference, and leaves the clipboard alone', async () => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-torn'] });
    complaints.expect(/status of 502 .*delivery=signed_url/);
    await stage.clipboard.write('before');
    const detail = await EngagementPage.open(page, 'eng-torn');
    await detail.url.click();
    const text = await detail.alerted('A part of this log is damaged, so nothing was exported');
    expect(text).toMatch(REFERENCE);
    expect(await stage.clipboard.read()).toBe('before');
    const [, reference] = /Reference: (\S+)$/.exec(text)!;
    const [line] = stage.service.logged('auditforge_audit_log_export_failed');
    expect(line).toMatchObject({ request_id: reference });
  });

  it('for want of a connection says so, and works once there is one', async () => {
    const { page, context, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/ERR_INTERNET_DISCONNECTED/);
    const detail = await EngagementPage.open(page, 'eng-1');
    await context.setOffline(true);
    await detail.url.click();
    await detail.alerted('You seem to be offline.');
    await context.setOffline(false);
    await detail.url.click();
    await detail.alerted('Link copied');
  });

  it('does not leave the link of before behind as if it were the new one', async () => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/status of 502 .*delivery=signed_url/);
    const detail = await EngagementPage.open(page, 'eng-1');
    await detail.url.click();
    await detail.alerted('Link copied');
    const link = await stage.clipboard.read();
    stage.proxy.script = (request) =>
      listsShards(request) ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
    await detail.url.click();
    await detail.alerted('AuditForge is not allowed to read or write where this log is kept.');
    expect(await detail.alert.count()).toBe(1);
    expect(await stage.clipboard.read()).toBe(link);
  });
});
