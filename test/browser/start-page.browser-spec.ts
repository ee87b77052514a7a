import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { Stage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [events(2)], 'Audit one');
  await stage.shelf.put('eng-2', [events(3)], 'Audit two');
  await stage.shelf.put('eng-3', [events(1)], 'Audit three');
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

describe('the start page', () => {
  it('lists the engagements of the session, and no others', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1', 'eng-2'] });
    await page.goto('/');
    await page.getByRole('link', { name: 'Audit two' }).waitFor();
    const rows = page.getByRole('listitem');
    await rows.filter({ hasText: 'Audit one' }).waitFor();
    const texts = await rows.allInnerTexts();
    expect(texts.map((text) => text.split(/\s*\n\s*/))).toEqual([
      ['Audit one', 'eng-1', 'Created 4 May 2026', 'active'],
      ['Audit two', 'eng-2', 'Created 4 May 2026', 'active'],
    ]);
  });

  it('leads to an engagement and, by the browser’s own button, back', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1', 'eng-2'] });
    await page.goto('/');
    await page.getByRole('link', { name: 'Audit one' }).waitFor();
    await page.getByRole('link', { name: 'Audit two' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit two' }).waitFor();
    expect(page.url()).toBe(`${stage.url}/engagement/eng-2`);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Engagements' }).waitFor();
    // All of it is there, so that leaving gives no request up.
    await page.getByRole('link', { name: 'Audit one' }).waitFor();
    await page.getByRole('link', { name: 'Audit two' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { level: 1, name: 'Audit two' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Audit two' }).waitFor();
  });

  it('shows an engagement whose record is not there as what it is, and the others all the same', async () => {
    const { page, complaints } = await stage.visit({ engagements: ['eng-1', 'eng-gone'] });
    complaints.expect(/status of 404 .*eng-gone/);
    await page.goto('/');
    await page.getByRole('listitem').filter({ hasText: 'There is no engagement with this id.' }).waitFor();
    await page.getByRole('link', { name: 'Audit one' }).waitFor();
  });

  it('says so where the session covers no engagement', async () => {
    const { page } = await stage.visit({ engagements: [] });
    await page.goto('/');
    await page.getByText('Your session covers no engagement.').waitFor();
  });
});
