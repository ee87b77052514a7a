import { beforeEach, describe, expect, it, vi } from 'vitest';
import { noClipboard, refusal, useClipboard } from '../testing/clipboard.js';
import { copyText } from './copy-text.js';

const refuse = () => Promise.reject(refusal());
/** Refuses once the text is there, as browsers do after a wait. */
const refuseLate = async (text: Promise<string>) => {
  await text;
  throw refusal();
};

function gesture(isActive: boolean | undefined): void {
  const value = isActive === undefined ? undefined : { isActive };
  Object.defineProperty(navigator, 'userActivation', { configurable: true, value });
}

const focused = (yes: boolean) => vi.spyOn(document, 'hasFocus').mockReturnValue(yes);

describe('copying a text that is on its way', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    focused(true);
    gesture(true);
  });

  it('begins within the click, before the text is there', async () => {
    const held = useClipboard();
    const { promise, resolve } = Promise.withResolvers<string>();
    const copying = copyText(promise);
    expect(held.writes).toBe(1);
    resolve('a link');
    expect(await copying).toBe('copied');
    expect(held.text).toBe('a link');
  });

  it.each([
    ['write is missing', { write: null }],
    ['the browser takes no promise', { write: () => Promise.reject(new TypeError('Not a blob.')) }],
  ])('writes the text when it is there, where %s', async (_, clipboard) => {
    const held = useClipboard(clipboard);
    expect(await copyText(Promise.resolve('a link'))).toBe('copied');
    expect(held.text).toBe('a link');
  });

  it('is refused where there is no clipboard, however long it took', async () => {
    noClipboard();
    const copying = copyText(after(60_000));
    await vi.runAllTimersAsync();
    expect(await copying).toBe('refused');
  });

  it.each([
    ['before the text came', { write: refuse }, 60_000, true, 'refused'],
    ['in the moment of the click', { write: refuseLate }, 10, true, 'refused'],
    ['without write, in the moment of the click', { write: null, writeText: refuse }, 10, true, 'refused'],
    ['after a wait', { write: refuseLate }, 1000, true, 'late'],
    ['without write, after a wait', { write: null, writeText: refuse }, 1000, true, 'late'],
    ['when the click has been used up', { write: refuseLate }, 10, false, 'late'],
    ['by an old browser, after a wait', { write: refuseLate }, 1000, undefined, 'late'],
    ['by an old browser, at once', { write: refuseLate }, 10, undefined, 'refused'],
  ])('refused %s', async (_, clipboard, wait, active, outcome) => {
    useClipboard(clipboard);
    gesture(active);
    const copying = copyText(after(wait));
    await vi.runAllTimersAsync();
    expect(await copying).toBe(outcome);
  });

  it('is late when the page has been left meanwhile', async () => {
    useClipboard({ write: refuseLate });
    focused(false);
    expect(await copyText(Promise.resolve('a link'))).toBe('late');
  });

  it.each([
    ['with write', {}],
    ['without it', { write: null }],
  ])('rejects with the text, and writes nothing, %s', async (_, clipboard) => {
    const held = useClipboard(clipboard);
    await expect(copyText(Promise.reject(new Error('Cancelled.')))).rejects.toThrow('Cancelled.');
    await vi.runAllTimersAsync();
    expect(held.text).toBeNull();
  });
});

async function after(ms: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 'a link';
}
