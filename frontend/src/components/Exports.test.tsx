import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExportPage } from '../api/export-calls.js';
import { AuditForgeProblem, NetworkFailure } from '../api/errors.js';
import type { AuditLogSignedUrlResponse } from '../api/types.js';
import type { WaitingForExport } from '../api/waiting.js';
import { axeFindings } from '../testing/axe.js';
import { answer, engagement, fakeClient, LINK, SHA256 } from '../testing/client.js';
import { useClipboard } from '../testing/clipboard.js';
import { EXPORT_ID, entry, exportId, page, running, standing } from '../testing/exports.js';
import { EngagementDetail } from './EngagementDetail.js';

const region = () => screen.getByRole('region', { name: 'Exports' });
const button = (name: string) => screen.getByRole('button', { name });
const rows = () => within(region()).getAllByRole('listitem');
const bar = () => screen.getByRole('progressbar');
const alertText = () => screen.getByRole('alert').textContent;
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));
const click = (element: HTMLElement) => {
  element.focus();
  fireEvent.click(element);
};

/** The client of a service whose history is given, and what becomes of it. */
async function open(pages: (ExportPage | Error | null)[], does: Parameters<typeof fakeClient>[0] = {}) {
  const left = [...pages];
  const listExports = async () => {
    const next = left.length > 1 ? left.shift()! : left[0]!;
    if (next instanceof Error) throw next;
    return next;
  };
  const client = fakeClient({ listExports, ...does });
  const view = render(<EngagementDetail client={client} id={engagement.id} />);
  await pass(0);
  return { client, ...view };
}

function setVisible(visible: boolean) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visible ? 'visible' : 'hidden');
  return act(async () => document.dispatchEvent(new Event('visibilitychange')));
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-08T12:00:00Z') });
});

describe('the exports', () => {
  it('say what each is, by whom and how it stands, and axe-core finds nothing', async () => {
    await open([
      page([
        running(5, 3),
        entry(4, { format: 'json' }),
        { ...entry(3), state: 'failed', reason: 'corrupt_shard' },
        { ...entry(2), state: 'cancelled' },
        entry(1, { empty: true, sha256: null, requested_by: { kind: 'admin', subject: 'ops' } }),
      ]),
    ]);
    const [first, second, third, fourth, fifth] = rows().map(({ textContent }) => textContent);
    expect(first).toMatch(/^8 May 2026, 13:05 CESTUnder way.*3 of 12 shards, 1\.2 MB of 4\.8 MBCancel$/);
    expect(second).toContain('JSON array · 4.8 MB · 1,842 events · by\u00a0reviewer@example.com');
    expect(second).toContain(SHA256);
    expect(third).toMatch(/Failed.*A part of this log is damaged.*Reference: 20260508T110003Z-k3v7q2mzda$/);
    expect(fourth).toContain('Cancelled');
    expect(fifth).toContain('no events, so no file · by the platform admin\u00a0ops');
    expect(screen.getAllByRole('button', { name: /^New link for/ })).toHaveLength(1);
    vi.useRealTimers();
    expect(await axeFindings()).toEqual([]);
  });

  it('show one whose record is damaged as what it is, without what is not known of it', async () => {
    const damaged = { format: null, requested_by: null, reason: 'invalid_export_record' };
    const { export_id, requested_at } = entry(1);
    await open([page([entry(2), { export_id, requested_at, state: 'failed', ...damaged }])]);
    expect(rows()[1]!.textContent).toMatch(
      /^8 May 2026, 13:01 CESTFailedThe record of this export is not valid/,
    );
  });

  it('are not spoken of where the service keeps no records', async () => {
    const { client } = await open([null]);
    expect(screen.queryByRole('region', { name: 'Exports' })).toBeNull();
    useClipboard();
    click(button('URL'));
    await pass(0);
    expect(client.listExports).toHaveBeenCalledTimes(1);
    expect(screen.queryByRole('region', { name: 'Exports' })).toBeNull();
  });

  it('say that there are none, and are looked at again once a link has been made', async () => {
    useClipboard();
    await open([page([]), page([entry(1)])]);
    expect(region().textContent).toContain('No exports yet.');
    click(button('URL'));
    await pass(0);
    expect(rows()).toHaveLength(1);
  });

  it('say why they could not be listed, and try again', async () => {
    await open([new NetworkFailure(null), page([entry(1)])]);
    expect(region().textContent).toContain(
      'The exports could not be listed. The service could not be reached.',
    );
    expect(screen.queryByRole('alert')).toBeNull();
    click(button('Try again'));
    await pass(0);
    expect(rows()).toHaveLength(1);
    expect(document.activeElement).toBe(button('Refresh'));
  });

  it('stay when they cannot be refreshed', async () => {
    await open([page([entry(1)]), new NetworkFailure(null), page([entry(2), entry(1)])]);
    click(button('Refresh'));
    await pass(0);
    expect(rows()).toHaveLength(1);
    expect(region().textContent).toContain('could not be reached');
    click(button('Refresh'));
    await pass(0);
    expect(rows()).toHaveLength(2);
    expect(region().textContent).not.toContain('could not be reached');
  });

  it('are shown one page further by a double click', async () => {
    const { client } = await open([
      page([entry(3)], exportId(3)),
      page([entry(2)], exportId(2)),
      page([entry(1)]),
    ]);
    click(button('Show more'));
    click(button('Show more'));
    await pass(0);
    expect(client.listExports).toHaveBeenCalledTimes(2);
    expect(rows()).toHaveLength(2);
  });

  it('are shown a page at a time, and the focus is not lost at the end', async () => {
    const { client } = await open([page([entry(3), entry(2)], exportId(2)), page([entry(1)])]);
    click(button('Show more'));
    await pass(0);
    expect(rows()).toHaveLength(3);
    expect(client.listExports.mock.lastCall!.slice(0, 2)).toEqual([engagement.id, { cursor: exportId(2) }]);
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
    expect(document.activeElement).toBe(region());
  });
});

describe('an export that is ready', () => {
  it('has a new link, of its own format', async () => {
    const held = useClipboard();
    const { client } = await open([page([entry(2, { format: 'json' }), entry(1)])]);
    click(button('New link for the export of 8 May 2026, 13:02'));
    await pass(0);
    expect(client.renewExport.mock.lastCall!.slice(0, 3)).toEqual([engagement.id, exportId(2), 600]);
    expect(alertText()).toMatch(/^Link copied: 4\.8 MB/);
    expect(held.text).toBe(LINK);
    expect(screen.getByRole('region', { name: 'Last link' })).toBeTruthy();
    expect(client.getAuditLogSignedUrl).not.toHaveBeenCalled();
  });

  it('whose object is gone is told as such, and another export is offered', async () => {
    useClipboard();
    const gone = new AuditForgeProblem(410, 'export_gone', '', 'req-1', null);
    const { client } = await open([page([entry(1, { format: 'json' })])], {
      renewExport: () => Promise.reject(gone),
    });
    click(button('New link for the export of 8 May 2026, 13:01'));
    await pass(0);
    expect(alertText()).toMatch(/^The file of this export has been removed\..*Reference: req-1$/);
    click(button('New export'));
    await pass(0);
    expect(client.getAuditLogSignedUrl.mock.lastCall!.slice(0, 3)).toEqual([engagement.id, 'json', 600]);
    expect(alertText()).toMatch(/^Link copied/);
  });

  it('has its SHA-256 copied', async () => {
    const held = useClipboard();
    await open([page([entry(1)])]);
    click(button('Copy SHA-256 of the export of 8 May 2026, 13:01'));
    await pass(0);
    expect(held.text).toBe(SHA256);
    expect(alertText()).toContain(`SHA-256 copied: ${SHA256}.`);
  });
});

describe('the last link', () => {
  const linkOf = (export_id: string | null) => ({
    getAuditLogSignedUrl: async () => answer({ export_id }),
    renewExport: async () => answer({ export_id }),
  });

  it.each([
    [EXPORT_ID, 1, 1],
    [null, 2, 0],
  ])('of the export %s is made anew by %i exports and %i renewals', async (id, made, renewed) => {
    useClipboard();
    const { client } = await open([null], linkOf(id));
    click(button('URL'));
    await pass(0);
    click(button('New link'));
    await pass(0);
    expect(client.getAuditLogSignedUrl).toHaveBeenCalledTimes(made);
    expect(client.renewExport).toHaveBeenCalledTimes(renewed);
    if (renewed > 0)
      expect(client.renewExport.mock.lastCall!.slice(0, 3)).toEqual([engagement.id, EXPORT_ID, 600]);
  });
});

describe('an export under way', () => {
  it('is looked at again until it has ended, and no more', async () => {
    const { client } = await open([page([running(1, 0)]), page([running(1, 6)]), page([entry(1)])]);
    expect(bar().getAttribute('aria-label')).toBe('Export of 8 May 2026, 13:01');
    expect(bar().getAttribute('aria-valuenow')).toBe('0');
    await pass(2);
    expect(bar().getAttribute('aria-valuenow')).toBe('50');
    expect(bar().getAttribute('aria-valuetext')).toBe('6 of 12 shards, 2.4 MB of 4.8 MB');
    await pass(2);
    expect(screen.queryByRole('progressbar')).toBeNull();
    await pass(600);
    expect(client.listExports).toHaveBeenCalledTimes(3);
  });

  it('has no value before it is known how much there is', async () => {
    const nothing = { done: 0, total: 0 };
    await open([
      page([{ ...running(1, 0), state: 'queued', progress: { shards: nothing, bytes: nothing } }]),
    ]);
    expect(bar().hasAttribute('aria-valuenow')).toBe(false);
    expect(bar().getAttribute('aria-valuetext')).toBe('Not begun yet');
    expect(rows()[0]!.textContent).toContain('Waiting for its turn');
  });

  it('is looked at as often as the service likes, and with patience where it fails', async () => {
    const busy = new AuditForgeProblem(429, 'too_many_requests', '', null, 30);
    const { client } = await open([
      { ...page([running(1, 0)]), retryAfterSeconds: 7 },
      busy,
      page([entry(1)]),
    ]);
    await pass(6.9);
    expect(client.listExports).toHaveBeenCalledTimes(1);
    await pass(0.2);
    expect(client.listExports).toHaveBeenCalledTimes(2);
    expect(bar()).toBeTruthy();
    expect(region().textContent).not.toContain('could not be listed');
    await pass(29.8);
    expect(client.listExports).toHaveBeenCalledTimes(2);
    await pass(0.2);
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('is left alone while the page cannot be seen', async () => {
    const { client } = await open([page([running(1, 0)])]);
    await setVisible(false);
    await pass(60);
    expect(client.listExports).toHaveBeenCalledTimes(1);
    await setVisible(true);
    await pass(2);
    expect(client.listExports).toHaveBeenCalledTimes(2);
  });

  it('is never looked at twice at once, nor once the page is gone', async () => {
    let answers = 0;
    const { client, unmount } = await open([], {
      listExports: () =>
        answers++ === 0 ? Promise.resolve(page([running(1, 0)])) : new Promise(() => undefined),
    });
    await pass(60);
    click(button('Refresh'));
    await pass(60);
    expect(client.listExports).toHaveBeenCalledTimes(2);
    const { signal } = client.listExports.mock.lastCall![2]!;
    unmount();
    expect(signal!.aborted).toBe(true);
    await pass(60);
    expect(client.listExports).toHaveBeenCalledTimes(2);
  });

  it('is cancelled, and the focus stays at it', async () => {
    const { client } = await open([page([running(1, 3)]), page([{ ...entry(1), state: 'cancelled' }])]);
    click(button('Cancel the export of 8 May 2026, 13:01'));
    await pass(0);
    expect(client.cancelExport.mock.lastCall!.slice(0, 2)).toEqual([engagement.id, exportId(1)]);
    expect(rows()[0]!.textContent).toContain('Cancelled');
    expect(document.activeElement).toBe(rows()[0]);
    expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toContain(
      'The export of 8 May 2026, 13:01 has been cancelled.',
    );
  });

  it('that has finished before it was cancelled is told as such, and shown', async () => {
    const finished = new AuditForgeProblem(409, 'export_finished', '', 'req-1', null);
    await open([page([running(1, 12)]), page([entry(1)])], { cancelExport: () => Promise.reject(finished) });
    click(button('Cancel the export of 8 May 2026, 13:01'));
    await pass(0);
    expect(alertText()).toMatch(/^This export has already finished/);
    expect(button('New link for the export of 8 May 2026, 13:01')).toBeTruthy();
  });
});

describe('the export that this page has made', () => {
  /** One that takes until the test says otherwise, and heeds its signal only when the service has been told. */
  async function making(pages: ExportPage[]) {
    const held = useClipboard();
    const { promise, resolve, reject } = Promise.withResolvers<AuditLogSignedUrlResponse>();
    const { client } = await open(pages, { getAuditLogSignedUrl: () => promise });
    click(button('URL'));
    await pass(0);
    const waiting = client.getAuditLogSignedUrl.mock.lastCall![3] as WaitingForExport;
    const report = (shards: number) => act(async () => waiting.onProgress!(standing('running', shards)));
    return { client, held, waiting, report, resolve, reject };
  }

  it('has a bar of its own once it takes long, and is not shown twice', async () => {
    const own = { ...running(1, 3), export_id: EXPORT_ID };
    const { client, held, report, resolve } = await making([page([own])]);
    await report(3);
    expect(bar().getAttribute('aria-label')).toBe('Export for the link');
    expect(bar().getAttribute('aria-valuenow')).toBe('25');
    expect(region().textContent).toContain('No exports yet.');
    await report(9);
    expect(bar().getAttribute('aria-valuenow')).toBe('75');
    vi.useRealTimers();
    expect(await axeFindings()).toEqual([]);
    resolve(answer({ export_id: EXPORT_ID }));
    await waitFor(() => expect(held.text).toBe(LINK));
    expect(screen.queryByRole('progressbar', { name: 'Export for the link' })).toBeNull();
    await waitFor(() => expect(client.listExports.mock.calls.length).toBeGreaterThan(1));
  });

  it.each<[string, () => void]>([
    ['Escape', () => fireEvent.keyDown(document.body, { key: 'Escape' })],
    ['Cancel', () => click(button('Cancel'))],
  ])('is cancelled by %s at once, and shown among the others when the service knows', async (_, cancel) => {
    const cancelled = { ...entry(1), export_id: EXPORT_ID, state: 'cancelled' as const };
    const { client, waiting, report, reject } = await making([page([]), page([cancelled])]);
    await report(3);
    cancel();
    await pass(0);
    expect(waiting.signal!.aborted).toBe(true);
    expect(screen.queryByRole('progressbar')).toBeNull();
    // Too late to be of interest.
    await report(6);
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(client.listExports).toHaveBeenCalledTimes(1);
    reject(waiting.signal!.reason as Error);
    await pass(0);
    expect(rows()[0]!.textContent).toContain('Cancelled');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
