import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/fuzz'],
  testMatch: ['**/*.fuzz-spec.ts'],
  globalSetup: '<rootDir>/test/fuzz/run/open-totals.js',
  globalTeardown: '<rootDir>/test/fuzz/run/print-totals.js',
  // For the failing case alone, and the search for its smallest example.
  testTimeout: 600_000,
};
