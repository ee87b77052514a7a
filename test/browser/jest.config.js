import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser-spec.ts'],
  // For the failing case alone, as in the other suites; each wait within a test ends earlier and says what for.
  testTimeout: 180_000,
};
