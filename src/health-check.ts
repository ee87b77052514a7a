// For the HEALTHCHECK of an image, which has no other program that could ask: exit code 0 if the service lives.
// It asks where the service listens for that, by the same variables.
const { HOST = '0.0.0.0', PORT = '3000', AUDITFORGE_MANAGEMENT_PORT = '' } = process.env;
const everywhere: Record<string, string> = { '': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '[::1]' };
const host = everywhere[HOST] ?? (HOST.includes(':') ? `[${HOST}]` : HOST);

try {
  const answer = await fetch(`http://${host}:${AUDITFORGE_MANAGEMENT_PORT || PORT || '3000'}/health/live`);
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
