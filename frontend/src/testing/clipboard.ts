import { vi } from 'vitest';

export const refusal = () => new DOMException('Write permission denied.', 'NotAllowedError');

class FakeClipboardItem {
  constructor(readonly data: Record<string, Promise<Blob>>) {}
}

/** jsdom's cannot be read. */
class FakeBlob {
  constructor(private readonly parts: string[]) {}

  text = async () => this.parts.join('');
}

type Write = (text: Promise<string>) => Promise<void>;

/** A clipboard as browsers have it, which `write` may turn into a worse one. `text` is what it holds. */
export function useClipboard({ write, writeText }: { write?: Write | null; writeText?: Write | null } = {}) {
  vi.stubGlobal('Blob', FakeBlob);
  const held = { text: null as string | null, writes: 0 };
  const store: Write = async (text) => {
    held.text = await text;
  };
  const clipboard = {
    ...(write === null
      ? {}
      : {
          write: async ([item]: FakeClipboardItem[]) => {
            held.writes += 1;
            await (write ?? store)(item!.data['text/plain']!.then((blob) => blob.text()));
          },
        }),
    ...(writeText === null
      ? {}
      : { writeText: async (text: string) => (writeText ?? store)(Promise.resolve(text)) }),
  };
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value: clipboard });
  if (write === null) vi.stubGlobal('ClipboardItem', undefined);
  else vi.stubGlobal('ClipboardItem', FakeClipboardItem);
  return held;
}

export function noClipboard(): void {
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value: undefined });
  vi.stubGlobal('ClipboardItem', undefined);
}
