/** The layers of docs/architecture.md as rules. `npm run layers` holds the imports to them. */
const MODULE = '^src/audit-forge/';
const STORE = `${MODULE}(s3|shards|exports|engagements)/`;
const EDGE = `${MODULE}(http|openapi|dto)/|\\.controller\\.ts$|${MODULE}auth/|${MODULE}limits/`;
const SPECS = '\\.spec\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one, or have a third between them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'module-stands-alone',
      comment: 'A host imports the module without the service around it.',
      severity: 'error',
      from: { path: MODULE, pathNot: SPECS },
      to: { path: '^(src|test|bench|frontend)/', pathNot: MODULE },
    },
    {
      name: 'product-without-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: SPECS },
      to: { path: `^(test|bench)/|${SPECS}` },
    },
    {
      name: 'embedded-store-is-for-the-demo',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(demo|embedded-s3)/|${SPECS}` },
      to: { path: '^src/embedded-s3/' },
    },
    {
      name: 'sdk-where-the-store-is',
      comment:
        'All else calls the store through S3Store, SmallObjects and ObjectGets. Types alone may be named.',
      severity: 'error',
      from: { path: MODULE, pathNot: `${STORE}|${SPECS}` },
      to: { path: 'node_modules/(@aws-sdk|@smithy)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'http-at-the-edge',
      comment: 'What exports logs knows no requests and answers.',
      severity: 'error',
      from: { path: MODULE, pathNot: `${EDGE}|${MODULE}s3/|${SPECS}` },
      to: { path: '^(node:)?http$|node_modules/(@types/)?(express|@nestjs/platform-express)/' },
    },
    {
      name: 'nothing-below-knows-the-edge',
      severity: 'error',
      from: {
        path: `${STORE}|${MODULE}(encoders|turns|records|custody|queue|redis|idempotency)/`,
        pathNot: SPECS,
      },
      to: { path: `${MODULE}(http|openapi)/|\\.controller\\.ts$` },
    },
    {
      name: 'encoders-are-pure',
      comment: 'Bytes in, bytes out: no store, no HTTP, no Nest.',
      severity: 'error',
      from: { path: `${MODULE}encoders/`, pathNot: SPECS },
      to: { pathNot: `${MODULE}encoders/|^(node:)?buffer$` },
    },
    {
      name: 'metrics-are-read-not-called',
      comment: 'Prometheus is the metrics folder’s business.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(audit-forge/metrics|management)/' },
      to: { path: 'node_modules/prom-client/' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'The demo and its store are for a checkout, with what is for development.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(demo|embedded-s3)/|${SPECS}` },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.build)/' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
