import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditForgeProblem, NetworkFailure } from '../api/errors.js';
import type { AuditLogSignedUrlResponse } from '../api/types.js';
import { axeFindings } from '../testing/axe.js';
import { answer, emptyAnswer, engagement, fakeClient, LINK, SHA256 } from '../testing/client.js';
import { noClipboard, refusal, useClipboard } from '../testing/clipboard.js';
import { EngagementDetail, type EngagementDetailProps } from './EngagementDetail.js';

const url = () => screen.getByRole('button', { name: 'URL' });
const auditLog = () => screen.getByRole('link', { name: 'Audit log' });
const status = () => screen.getByRole('status').textContent;
const alertText = async () => (await screen.findByRole('alert')).textContent;
const click = (element: HTMLElement, init = {}) => {
  element.focus();
  return fireEvent.click(element, init);
};

async function open(client = fakeClient(), props: Partial<EngagementDetailProps> = {}) {
  const page = render(
    <StrictMode>
      <EngagementDetail client={client} id={engagement.id} {...props} />
    </StrictMode>,
  );
  await screen.findByRole('button', { name: 'URL' });
  // Lets StrictMode mount a second time, before anything is clicked.
  await settle();
  return { client, ...page };
}

/** A client whose link comes when the test says so. */
function slowClient() {
  const { promise, resolve, reject } = Promise.withResolvers<AuditLogSignedUrlResponse>();
  return { client: fakeClient({ getAuditLogSignedUrl: () => promise }), resolve, reject };
}

const settle = () => act(async () => new Promise((resolve) => setTimeout(resolve)));

describe('the header', () => {
  it('says which engagement it is, and axe-core finds nothing', async () => {
    await open();
    expect(screen.getByRole('heading', { name: engagement.name })).toBeTruthy();
    expect(screen.getByText('eng-abc123')).toBeTruthy();
    expect(screen.getByText('active')).toBeTruthy();
    expect(screen.getByText('4 May 2026').getAttribute('datetime')).toBe(engagement.created_at);
    expect(auditLog().textContent).toMatch(/^Audit log$/);
    expect(url().textContent).toMatch(/^URL$/);
    expect(await axeFindings()).toEqual([]);
  });

  it('says why an engagement could not be loaded, and tries again', async () => {
    const client = fakeClient();
    const scope = new AuditForgeProblem(403, 'engagement_out_of_scope', '', 'req-1', null);
    client.getEngagement.mockRejectedValue(scope);
    render(<EngagementDetail client={client} id={engagement.id} />);
    expect(await alertText()).toMatch(/does not cover this engagement.*Reference: req-1/);
    expect(await axeFindings()).toEqual([]);
    client.getEngagement.mockResolvedValue(engagement);
    click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('button', { name: 'URL' })).toBeTruthy();
  });

  it('lets go of one engagement when it is given another', async () => {
    const { client, resolve } = slowClient();
    const held = useClipboard();
    const { rerender } = await open(client);
    click(url());
    const { signal } = client.getAuditLogSignedUrl.mock.calls[0]![3]!;
    client.getEngagement.mockResolvedValue({ ...engagement, id: 'eng-2', name: 'Another' });
    rerender(
      <StrictMode>
        <EngagementDetail client={client} id="eng-2" />
      </StrictMode>,
    );
    expect(screen.queryByText(engagement.name)).toBeNull();
    expect(signal!.aborted).toBe(true);
    await screen.findByText('Another');
    resolve(answer());
    await settle();
    expect(held.text).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('URL', () => {
  beforeEach(() => {
    vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    vi.stubGlobal(
      'prompt',
      vi.fn(() => null),
    );
  });

  it('copies a link of JSON lines for ten minutes, and says what it is', async () => {
    const held = useClipboard();
    const { client } = await open();
    click(url());
    expect(await alertText()).toMatch(
      /^Link copied: 4\.8 MB, 1,842 events, valid until .*\d\d:\d\d CES?T \(10 min\)\. Anyone with this link can download the log until then\.$/,
    );
    expect(held.text).toBe(LINK);
    expect(client.getAuditLogSignedUrl.mock.calls[0]!.slice(0, 3)).toEqual(['eng-abc123', 'jsonl', 600]);
    expect(await axeFindings()).toEqual([]);
    click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(document.activeElement).toBe(url());
  });

  it('is busy without losing the focus, and a double click asks once', async () => {
    useClipboard();
    const { client, resolve } = slowClient();
    await open(client);
    click(url());
    click(url());
    expect(url().getAttribute('aria-busy')).toBe('true');
    expect(url().getAttribute('aria-disabled')).toBe('true');
    expect(document.activeElement).toBe(url());
    expect(await axeFindings()).toEqual([]);
    click(url());
    resolve(answer());
    await screen.findByRole('alert');
    expect(client.getAuditLogSignedUrl).toHaveBeenCalledTimes(1);
    expect(url().getAttribute('aria-busy')).toBe('false');
  });

  it.each<[string, () => void]>([
    ['Escape', () => fireEvent.keyDown(document.body, { key: 'Escape' })],
    ['Cancel', () => click(screen.getByRole('button', { name: 'Cancel' }))],
  ])('is cancelled by %s, and an answer that comes late is not copied', async (_, cancel) => {
    const held = useClipboard();
    const { client, resolve } = slowClient();
    await open(client);
    click(url());
    cancel();
    expect(client.getAuditLogSignedUrl.mock.calls[0]![3]!.signal!.aborted).toBe(true);
    expect(status()).toBe('Cancelled.');
    expect(url().getAttribute('aria-busy')).toBe('false');
    expect(document.activeElement).toBe(url());
    resolve(answer());
    await settle();
    expect(held.text).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByRole('region', { name: 'Last link' })).toBeNull();
  });

  it('is let go of when the page goes', async () => {
    const held = useClipboard();
    const { client, resolve } = slowClient();
    const { unmount } = await open(client);
    click(url());
    unmount();
    expect(client.getAuditLogSignedUrl.mock.calls[0]![3]!.signal!.aborted).toBe(true);
    resolve(answer());
    await settle();
    expect(held.text).toBeNull();
  });

  it('says that an empty log has nothing to export, and leaves the clipboard alone', async () => {
    const held = useClipboard();
    await open(fakeClient({ getAuditLogSignedUrl: async () => emptyAnswer() }));
    click(url());
    expect(await alertText()).toMatch(/^There is nothing to export yet/);
    expect(held.text).toBeNull();
  });

  it('says what went wrong', async () => {
    useClipboard();
    const failing = () => Promise.reject(new NetworkFailure(null));
    await open(fakeClient({ getAuditLogSignedUrl: failing }));
    click(url());
    expect(await alertText()).toMatch(/could not be reached/);
    expect(await axeFindings()).toEqual([]);
  });

  it('tells that the link is shorter than asked', async () => {
    useClipboard();
    const short = answer({ expires_in: 120, expiry_limited_by: 'credentials' });
    await open(fakeClient({ getAuditLogSignedUrl: async () => short }));
    click(url());
    expect(await alertText()).toContain('(2 min). That is shorter than asked for');
  });

  it.each<[string, () => void]>([
    ['is absent', noClipboard],
    ['refuses', () => useClipboard({ write: () => Promise.reject(refusal()) })],
  ])('shows the link in a prompt where the clipboard %s, and in a field if asked', async (_, clipboard) => {
    clipboard();
    await open();
    click(url());
    expect(await alertText()).toMatch(/^Link ready: .*shown for copying by hand\.$/);
    expect(window.prompt).toHaveBeenCalledWith('Copy this link:', LINK);
    click(screen.getByRole('button', { name: 'Show link' }));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Link' }).value).toBe(LINK);
  });

  it('shows a link that a prompt would cut in a field, selected', async () => {
    noClipboard();
    const long = `${LINK}${'x'.repeat(3000)}`;
    await open(fakeClient({ getAuditLogSignedUrl: async () => answer({ signed_url: long }) }));
    click(url());
    expect(await alertText()).toMatch(/Copy it from the field below\.$/);
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Link' });
    expect(window.prompt).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field);
    expect(field.readOnly).toBe(true);
    expect(field.value.slice(field.selectionStart!, field.selectionEnd!)).toBe(long);
    expect(await axeFindings()).toEqual([]);
  });

  it('has a button for a fresh click where the export took too long', async () => {
    let gone = true;
    const held = useClipboard({
      write: async (text) => {
        held.text = null;
        const value = await text;
        if (gone) throw refusal();
        held.text = value;
      },
    });
    vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    await open();
    click(url());
    expect(await alertText()).toMatch(/^Link ready: .*Press “Copy link”\.$/);
    expect(window.prompt).not.toHaveBeenCalled();
    gone = false;
    click(screen.getByRole('button', { name: 'Copy link' }));
    await waitFor(() => expect(screen.getByRole('alert').textContent).toMatch(/^Link copied/));
    expect(held.text).toBe(LINK);
    expect(document.activeElement).toBe(url());
  });

  it('tells the host in place of the alert', async () => {
    useClipboard();
    const onNotice = vi.fn();
    await open(fakeClient(), { onNotice });
    click(url());
    await waitFor(() => expect(onNotice).toHaveBeenCalledTimes(1));
    expect(onNotice.mock.calls[0]![0]).toMatch(/^Link copied: 4\.8 MB/);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('the link options', () => {
  const button = () => screen.getByRole('button', { name: 'Link options' });
  const key = (name: string) => fireEvent.keyDown(document.activeElement!, { key: name });

  it('make a link of another format and lifetime', async () => {
    const held = useClipboard();
    const { client } = await open();
    click(button());
    expect(await axeFindings()).toEqual([]);
    click(screen.getByRole('menuitemradio', { name: 'JSON array' }));
    click(screen.getByRole('menuitemradio', { name: '60 minutes' }));
    expect(screen.getByRole('menuitemradio', { name: '60 minutes' }).getAttribute('aria-checked')).toBe(
      'true',
    );
    click(screen.getByRole('menuitem', { name: 'Make and copy link' }));
    await screen.findByRole('alert');
    expect(client.getAuditLogSignedUrl.mock.calls[0]!.slice(0, 3)).toEqual(['eng-abc123', 'json', 3600]);
    expect(held.text).toBe(LINK);
    click(url());
    await waitFor(() => expect(client.getAuditLogSignedUrl).toHaveBeenCalledTimes(2));
    expect(client.getAuditLogSignedUrl.mock.calls[1]!.slice(0, 3)).toEqual(['eng-abc123', 'jsonl', 600]);
  });

  it('copy the SHA-256 of the last link, once there is one', async () => {
    const held = useClipboard();
    await open();
    click(button());
    expect(screen.getByRole('menuitem', { name: 'Copy SHA-256' }).getAttribute('aria-disabled')).toBe('true');
    key('Escape');
    click(url());
    await screen.findByRole('alert');
    click(button());
    click(screen.getByRole('menuitem', { name: 'Copy SHA-256' }));
    await waitFor(() =>
      expect(screen.getByRole('alert').textContent).toContain(`SHA-256 copied: ${SHA256}.`),
    );
    expect(held.text).toBe(SHA256);
  });

  it('are worked by keys alone', async () => {
    await open();
    button().focus();
    key('ArrowDown');
    const menu = screen.getByRole('menu', { name: 'Link options' });
    const items = [...menu.querySelectorAll('[role^="menuitem"]')];
    expect(items).toHaveLength(9);
    expect(document.activeElement).toBe(items[0]);
    key('ArrowUp');
    expect(document.activeElement).toBe(items.at(-1));
    key('ArrowDown');
    expect(document.activeElement).toBe(items[0]);
    key('End');
    expect(document.activeElement).toBe(items.at(-1));
    key('Home');
    expect(document.activeElement).toBe(items[0]);
    key('Escape');
    expect(screen.queryByRole('menu')).toBeNull();
    expect(document.activeElement).toBe(button());
  });

  it('close by Escape without cancelling the export, by Tab, and by a click elsewhere', async () => {
    useClipboard();
    const { client } = slowClient();
    await open(client);
    click(url());
    click(button());
    key('Escape');
    expect(url().getAttribute('aria-busy')).toBe('true');
    for (const leave of [() => key('Tab'), () => fireEvent.pointerDown(document.body)]) {
      click(button());
      leave();
      expect(screen.queryByRole('menu')).toBeNull();
    }
  });
});

describe('the count-down', () => {
  const timer = () => screen.getByRole('timer');
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

  async function copied(changes: Partial<AuditLogSignedUrlResponse> = {}) {
    vi.useFakeTimers({ now: new Date('2026-05-08T11:20:00Z') });
    useClipboard();
    const client = fakeClient({ getAuditLogSignedUrl: async () => answer(changes) });
    render(<EngagementDetail client={client} id={engagement.id} />);
    await pass(0);
    click(url());
    await pass(0);
    return client;
  }

  it('runs outside of any live region, tells the end once, and has one click for a new link', async () => {
    const client = await copied();
    expect(timer().textContent).toContain('10:00 left');
    expect(timer().getAttribute('aria-live')).toBe('off');
    expect(timer().closest('[role="status"], [role="alert"]')).toBeNull();
    await pass(19_000);
    expect(timer().textContent).toContain('9:41 left');
    await pass(580_000);
    expect(timer().textContent).toContain('0:01 left');
    expect(status()).toBe('');
    await pass(1000);
    expect(timer().textContent).toContain('expired');
    expect(status()).toBe('The link has expired.');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('button', { name: 'Copy again' }).getAttribute('aria-disabled')).toBe('true');
    click(screen.getByRole('button', { name: 'New link' }));
    await pass(0);
    expect(client.getAuditLogSignedUrl).toHaveBeenCalledTimes(2);
    expect(timer().textContent).toContain('10:00 left');
    expect(status()).toBe('');
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'New link' }));
  });

  it('is right at once when the tab wakes', async () => {
    await copied();
    vi.setSystemTime(new Date('2026-05-08T11:28:00Z'));
    await act(async () => document.dispatchEvent(new Event('visibilitychange')));
    expect(timer().textContent).toContain('2:00 left');
  });

  it('counts from the arrival where the clocks differ', async () => {
    await copied({ expires_at: '2026-05-08T12:00:00Z' });
    expect(timer().textContent).toContain('10:00 left');
    expect(screen.getByRole('alert').textContent).toContain('valid until 14:00 CEST (10 min)');
  });
});

describe('Audit log', () => {
  let downloads: string[];
  beforeEach(() => {
    downloads = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function record(
      this: HTMLAnchorElement,
    ) {
      downloads.push(this.getAttribute('href')!);
    });
  });
  afterEach(() => expect(downloads.length).toBeLessThanOrEqual(1));

  it('asks first, then has the browser download', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { client } = await open(fakeClient({ checkAuditLog: () => promise }));
    expect(click(auditLog())).toBe(false);
    click(auditLog());
    expect(auditLog().getAttribute('aria-busy')).toBe('true');
    expect(downloads).toEqual([]);
    resolve();
    await waitFor(() =>
      expect(downloads).toEqual(['/auditforge/engagement/eng-abc123/audit-log?format=jsonl']),
    );
    expect(client.checkAuditLog).toHaveBeenCalledTimes(1);
    expect(client.getAuditLogSignedUrl).not.toHaveBeenCalled();
  });

  it('shows an error in place, and downloads nothing', async () => {
    const problem = new AuditForgeProblem(409, null, '', 'req-9', null);
    await open(fakeClient({ checkAuditLog: () => Promise.reject(problem) }));
    click(auditLog());
    expect(await alertText()).toMatch(/^The log changed while it was being read\..*Reference: req-9$/);
    expect(downloads).toEqual([]);
  });

  it('downloads nothing once it is cancelled', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await open(fakeClient({ checkAuditLog: () => promise }));
    click(auditLog());
    fireEvent.keyDown(document.body, { key: 'Escape' });
    resolve();
    await settle();
    expect(downloads).toEqual([]);
  });

  it.each([{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { altKey: true }])(
    'leaves a click with %o to the browser',
    async (modifier) => {
      const { client } = await open();
      let left = false;
      const atTheEnd = (event: Event) => {
        left = !event.defaultPrevented;
        // jsdom cannot navigate.
        event.preventDefault();
      };
      window.addEventListener('click', atTheEnd, { once: true });
      click(auditLog(), modifier);
      expect(left).toBe(true);
      expect(client.checkAuditLog).not.toHaveBeenCalled();
    },
  );

  it('takes a link and goes to it where there is no cookie, whichever the click', async () => {
    const { client } = await open(fakeClient({ credential: 'token' }));
    expect(click(auditLog(), { ctrlKey: true })).toBe(false);
    await waitFor(() => expect(downloads).toEqual([LINK]));
    expect(client.checkAuditLog).not.toHaveBeenCalled();
  });
});
