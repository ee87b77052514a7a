// Imported first by every entry point, before anything that an older Node cannot load.
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(
    `AuditForge needs Node ${NEEDED} or newer, this is ${process.versions.node}. Use a newer one; in a checkout, npm brings its own.\n`,
  );
  process.exit(1);
}
