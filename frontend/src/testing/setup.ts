import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// A slow machine is not a failure.
configure({ asyncUtilTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'clipboard');
});

// jsdom neither scrolls nor paints, which axe-core would use for icons, and says so each time.
window.scrollTo = () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;
