import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/docs'],
  testMatch: ['**/*.docs-spec.ts'],
};
