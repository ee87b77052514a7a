import { describe, expect, it, vi } from 'vitest';
import { promptText } from './prompt-text.js';

describe('showing a text in the prompt of the browser', () => {
  it.each([
    ['that was confirmed', 'a link'],
    ['that was closed', null],
  ])('works by a prompt %s', (_, closed) => {
    const prompt = vi.fn(() => closed);
    vi.stubGlobal('prompt', prompt);
    expect(promptText('Copy this link:', 'a link')).toBe(true);
    expect(prompt).toHaveBeenCalledWith('Copy this link:', 'a link');
  });

  it('shows the whole of the text or nothing', () => {
    const prompt = vi.fn(() => null);
    vi.stubGlobal('prompt', prompt);
    expect(promptText('', 'x'.repeat(1900))).toBe(true);
    expect(promptText('', 'x'.repeat(1901))).toBe(false);
    expect(prompt).toHaveBeenCalledTimes(1);
  });

  it.each<[string, unknown]>([
    ['answers nothing', () => undefined],
    [
      'throws',
      () => {
        throw new Error('Sandboxed.');
      },
    ],
    ['is missing', undefined],
  ])('does not work where prompt %s', (_, prompt) => {
    vi.stubGlobal('prompt', prompt);
    expect(promptText('', 'a link')).toBe(false);
  });

  it('is not tried in a tab in the background, where it would be suppressed', () => {
    const prompt = vi.fn(() => null);
    vi.stubGlobal('prompt', prompt);
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    expect(promptText('', 'a link')).toBe(false);
    expect(prompt).not.toHaveBeenCalled();
  });
});
