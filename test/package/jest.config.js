import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/package'],
  testMatch: ['**/*.package-spec.ts'],
  // It installs.
  testTimeout: 600_000,
};
