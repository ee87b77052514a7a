import base from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/ceph'],
  testMatch: ['**/*.ceph-spec.ts'],
  // A gigabyte on two cores, beside the store itself.
  testTimeout: 180_000,
};
