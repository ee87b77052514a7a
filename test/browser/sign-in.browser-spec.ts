import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { events } from '../support/events.js';
import { sessionToken } from '../support/session-tokens.js';
import { EngagementPage, focused } from './support/engagement-page.js';
import { Stage } from './support/stage.js';
import type { Visit } from './support/visit.js';

/** The page asks whether someone is signed in, and no one is. */
const SIGNED_OUT = /status of 401 .*\/auditforge\/session/;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [events(2)], 'Audit one');
  await stage.shelf.put('eng-2', [events(3)], 'Audit two');
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

const field = (page: Page) => page.getByLabel('Session token', { exact: true });
const submit = (page: Page) => page.getByRole('button', { name: 'Sign in', exact: true });

/** Pastes, as a reader does: by the keyboard, from the clipboard. */
async function paste(page: Page, text: string): Promise<void> {
  await stage.clipboard.write(text);
  await field(page).click();
  await page.keyboard.press('Control+KeyA');
  await page.keyboard.press('Control+KeyV');
}

async function sessionCookie({ context }: Visit) {
  return (await context.cookies()).find(({ name }) => name === 'auditforge');
}

describe('signing in', () => {
  it('takes a token that is pasted, and leads to the engagements that it covers', async () => {
    const { page, complaints } = await stage.visit();
    complaints.expect(SIGNED_OUT);
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await paste(page, `  ${await sessionToken(['eng-2', 'eng-1'])}\n`);
    await submit(page).click();
    await page.getByRole('heading', { name: 'Engagements' }).waitFor();
    await page.getByRole('link', { name: 'Audit one' }).waitFor();
    await page.getByRole('link', { name: 'Audit two' }).waitFor();
    await page.getByText('reviewer@example.com').waitFor();
    // Anything else would still have the token.
    expect(await page.evaluate('[localStorage.length, sessionStorage.length, location.href]')).toEqual([
      0,
      0,
      `${stage.url}/`,
    ]);
  });

  it('keeps the token in a cookie that no script sees and no other site sends', async () => {
    const visit = await stage.visit({ engagements: ['eng-1'] });
    await visit.page.goto('/');
    await visit.page.getByRole('link', { name: 'Audit one' }).waitFor();
    const cookie = await sessionCookie(visit);
    expect(cookie).toMatchObject({
      domain: '127.0.0.1',
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: false,
    });
    const seconds = cookie!.expires - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(3_000);
    expect(seconds).toBeLessThanOrEqual(3_600);
    expect(await visit.page.evaluate('document.cookie')).toBe('');
  });

  it('says what is wrong with a token that is none, with the focus in the field', async () => {
    const { page, complaints } = await stage.visit();
    complaints.expect(SIGNED_OUT);
    await page.goto('/');
    await paste(page, 'eyJhbGciOiJIUzI1NiJ9.e30.wrong');
    await submit(page).click();
    await page
      .getByRole('alert')
      .filter({ hasText: /This token is not valid.*Reference: \S+/ })
      .waitFor();
    await focused(field(page));
    expect(await field(page).getAttribute('aria-invalid')).toBe('true');
    await paste(page, await sessionToken(['eng-1'], {}, 'another secret of at least 32 bytes!!'));
    await submit(page).click();
    await page.getByRole('alert').filter({ hasText: 'This token is not valid' }).waitFor();
  });

  it('says so when the token is too long for a cookie', async () => {
    const { page, complaints } = await stage.visit();
    complaints.expect(SIGNED_OUT, /status of 422 .*\/auditforge\/session/);
    await page.goto('/');
    await paste(page, await sessionToken(Array.from({ length: 400 }, (_, index) => `eng-${index}`)));
    await submit(page).click();
    await page
      .getByRole('alert')
      .filter({ hasText: /a cookie takes 3800/ })
      .waitFor();
  });

  it('asks for a token where none was pasted', async () => {
    const { page, complaints } = await stage.visit();
    complaints.expect(SIGNED_OUT);
    await page.goto('/');
    await submit(page).click();
    await page.getByRole('alert').filter({ hasText: 'Paste your session token first.' }).waitFor();
  });

  it('leads to the page that was asked for', async () => {
    const { page, complaints } = await stage.visit();
    complaints.expect(SIGNED_OUT);
    await page.goto('/engagement/eng-2');
    await paste(page, await sessionToken(['eng-2']));
    await submit(page).click();
    await page.getByRole('heading', { name: 'Audit two' }).waitFor();
  });
});

describe('a session', () => {
  it('ends by signing out: the cookie is gone, and so is what it opened', async () => {
    const visit = await stage.visit({ engagements: ['eng-1'] });
    const { page, complaints } = visit;
    complaints.expect(/status of 401/);
    await page.goto('/');
    // All of the list is there, so that leaving it gives no request up.
    await page.getByRole('link', { name: 'Audit one' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You have signed out.').waitFor();
    expect(await sessionCookie(visit)).toBeUndefined();
    await page.goto('/engagement/eng-1');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('that ends in the middle leads to sign-in, and from there back', async () => {
    const { page, context, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/status of 401 .*delivery=signed_url/);
    const detail = await EngagementPage.open(page, 'eng-1');
    const ended = await sessionToken(['eng-1'], { exp: Math.floor(Date.now() / 1000) - 3_600 });
    await context.addCookies([{ name: 'auditforge', value: ended, url: stage.url }]);
    await stage.clipboard.write('before');
    await detail.url.click();
    await page.getByText('Your session has ended. Sign in again to go on where you were.').waitFor();
    expect(await stage.clipboard.read()).toBe('before');
    await paste(page, await sessionToken(['eng-1']));
    await submit(page).click();
    await page.getByRole('heading', { name: 'Audit one' }).waitFor();
    await detail.url.click();
    await detail.alerted('Link copied');
  });

  it('that ended elsewhere shows when the log is asked for, too', async () => {
    const { page, context, complaints } = await stage.visit({ engagements: ['eng-1'] });
    complaints.expect(/status of 401 .*\/audit-log/);
    const detail = await EngagementPage.open(page, 'eng-1');
    await context.clearCookies();
    await detail.auditLog.click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(page.url()).toBe(`${stage.url}/engagement/eng-1`);
  });
});
