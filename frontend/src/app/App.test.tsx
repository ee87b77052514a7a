import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { axeFindings } from '../testing/axe.js';
import { engagement } from '../testing/client.js';
import { useClipboard } from '../testing/clipboard.js';
import { App } from './App.js';

const session = {
  subject: 'reviewer@example.com',
  engagements: ['eng-abc123', 'eng-2', 'eng-3', 'eng-4', 'eng-5', 'eng-6'],
  expires_at: '2026-05-08T13:30:00Z',
};

/** The service, as far as the pages need it. */
const service = { signedIn: false, known: session.engagements, waiting: 0, most: 0 };

async function answerTo(path: string, { method, headers }: RequestInit): Promise<Response> {
  if (path === '/auditforge/session') {
    if (method === 'POST') {
      if ((headers as Headers).get('authorization') !== 'Bearer good') return problem(401);
      service.signedIn = true;
    } else if (method === 'DELETE') service.signedIn = false;
    else return service.signedIn ? Response.json(session) : problem(401);
    return new Response(null, { status: 204 });
  }
  if (!service.signedIn) return problem(401);
  if (path.includes('/audit-log/exports')) return problem(404, 'not_found');
  const id = path.split('/').at(3)!;
  service.waiting += 1;
  service.most = Math.max(service.most, service.waiting);
  await Promise.resolve();
  service.waiting -= 1;
  if (id === 'eng-6') return problem(404, 'engagement_not_found');
  return Response.json({ ...engagement, id, name: `Audit of ${id}` });
}

const problem = (status: number, code = 'authentication_required') =>
  Response.json({ status, code, detail: 'Wrong.', request_id: 'req-1' }, { status });

async function signIn(token = 'good'): Promise<void> {
  const field = await screen.findByLabelText('Session token');
  fireEvent.change(field, { target: { value: token } });
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}

beforeEach(() => {
  Object.assign(service, { signedIn: false, waiting: 0, most: 0 });
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => answerTo(path, init));
  window.history.replaceState(null, '', '/');
});

describe('signing in', () => {
  it('exchanges a pasted token, and keeps it nowhere', async () => {
    render(<App />);
    await signIn('  Bearer good\n');
    expect(await screen.findByRole('heading', { name: 'Engagements' })).toBeTruthy();
    expect(screen.getByText('reviewer@example.com')).toBeTruthy();
    expect(screen.queryByLabelText('Session token')).toBeNull();
    expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
  });

  it('hides the token unless asked to show it', async () => {
    render(<App />);
    const field = await screen.findByLabelText<HTMLInputElement>('Session token');
    expect(field.type).toBe('password');
    fireEvent.click(screen.getByRole('button', { name: 'Show token' }));
    expect(field.type).toBe('text');
    expect(await axeFindings()).toEqual([]);
  });

  it.each([
    ['', 'Paste your session token first.'],
    ['two words', 'This is not a session token: it holds spaces or characters that no token has.'],
    ['bad', 'This token is not valid, or no longer.'],
  ])('says what is wrong with the token "%s"', async (token, text) => {
    render(<App />);
    await signIn(token);
    expect((await screen.findByRole('alert')).textContent).toContain(text);
    expect(document.activeElement).toBe(screen.getByLabelText('Session token'));
    expect(await axeFindings()).toEqual([]);
  });

  it('leads back to the page that one was on when the session ends', async () => {
    service.signedIn = true;
    useClipboard();
    window.history.replaceState(null, '', '/engagement/eng-2');
    render(<App />);
    const url = await screen.findByRole('button', { name: 'URL' });
    service.signedIn = false;
    fireEvent.click(url);
    expect((await screen.findByText(/^Your session has ended/)).getAttribute('role')).toBe('status');
    await signIn();
    expect(await screen.findByRole('heading', { name: 'Audit of eng-2' })).toBeTruthy();
  });
});

describe('the pages', () => {
  beforeEach(() => {
    service.signedIn = true;
  });

  it('list the engagements of the session, a few at a time, and say which did not load', async () => {
    render(<App />);
    expect(await screen.findByRole('link', { name: 'Audit of eng-5' })).toBeTruthy();
    expect(await screen.findByText(/There is no engagement with this id/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'eng-6' })).toBeTruthy();
    expect(service.most).toBe(4);
    expect(await axeFindings()).toEqual([]);
  });

  it('open an engagement without a load, with the focus on it, and go back', async () => {
    render(<App />);
    fireEvent.click(await screen.findByRole('link', { name: 'Audit of eng-2' }));
    expect(window.location.pathname).toBe('/engagement/eng-2');
    expect(await screen.findByRole('button', { name: 'URL' })).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole('main'));
    await waitFor(() => expect(document.title).toBe('Audit of eng-2 · AuditForge'));
    await act(async () => {
      window.history.replaceState(null, '', '/');
      window.dispatchEvent(new PopStateEvent('popstate'));
    });
    expect(await screen.findByRole('heading', { name: 'Engagements' })).toBeTruthy();
  });

  it.each(['/nope', '/engagement/', '/engagement/-x', '/engagement/a/b'])(
    'have nothing at %s',
    async (path) => {
      window.history.replaceState(null, '', path);
      render(<App />);
      expect(await screen.findByRole('heading', { name: 'Nothing here' })).toBeTruthy();
    },
  );

  it('sign out', async () => {
    render(<App />);
    fireEvent.click(await screen.findByRole('button', { name: 'Sign out' }));
    expect(await screen.findByText('You have signed out.')).toBeTruthy();
    expect(service.signedIn).toBe(false);
  });

  it('say that the service cannot be reached, and try again', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    render(<App />);
    expect((await screen.findByRole('alert')).textContent).toContain('could not be reached');
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => answerTo(path, init));
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'Engagements' })).toBeTruthy();
  });
});
