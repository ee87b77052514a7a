import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** The pages, built into the folder that the service serves them from. */
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: { outDir: '../dist/frontend', emptyOutDir: true },
  server: { proxy: { '/auditforge': 'http://127.0.0.1:3000' } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    // A slow machine is not a failure: only a test that hangs ends by time.
    testTimeout: 60_000,
    // Formatted times are those of one place, wherever the tests run.
    env: { TZ: 'Europe/Berlin' },
  },
});
