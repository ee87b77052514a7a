import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '../support/events.js';
import { Stage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.shelf.put('eng-1', [events(2)], 'Audit one');
});
afterEach(() => stage.endVisits());
afterAll(() => stage.close());

// That the policy of all pages holds here too, the browser says when a visit ends: it complains of what it refuses.
describe('the page of the API', () => {
  it('shows every route to whoever comes', async () => {
    const { page } = await stage.visit();
    await page.goto('/auditforge/docs');
    const route = page.locator('.opblock-summary-path');
    await route.first().waitFor();
    const shown = (await route.allInnerTexts()).map((path) => path.replaceAll('\u200B', ''));
    expect(new Set(shown)).toEqual(
      new Set([
        '/auditforge/engagement/{id}',
        '/auditforge/engagement/{id}/audit-log',
        '/auditforge/engagement/{id}/audit-log/exports',
        '/auditforge/engagement/{id}/audit-log/exports/{export_id}',
        '/auditforge/session',
      ]),
    );
  });

  it('tries a route with the session that is signed in', async () => {
    const { page } = await stage.visit({ engagements: ['eng-1'] });
    await page.goto('/auditforge/docs');
    const operation = page.locator('#operations-Engagements-getEngagement');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByPlaceholder('id', { exact: true }).fill('eng-1');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .response').first();
    await answer.waitFor();
    expect(await answer.innerText()).toContain('"name": "Audit one"');
  });
});
