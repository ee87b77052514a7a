/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  setupFiles: ['<rootDir>/test/support/one-realm.ts', '<rootDir>/test/support/nest-first.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // Sources import './x.js', as Node wants it; under Jest that file is still './x.ts'.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  // The tests wait more than they compute.
  maxWorkers: '100%',
  // For the failing case alone: a busy machine is not a failure.
  testTimeout: 120_000,
};
