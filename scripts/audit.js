// Known vulnerabilities in what the service is installed with: none may be there.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const answer = JSON.parse(stdout || '{}');
const counts = answer.metadata?.vulnerabilities;
if (counts === undefined) {
  // Some mirrors of the registry do not have this endpoint: then nothing is known, which is not the same as good.
  const { summary, message } = answer.error ?? answer;
  process.stderr.write(`NOT AUDITED: the registry does not say (${summary || message || 'no answer'}).\n`);
  process.exit(0);
}
process.stdout.write(`npm audit --omit=dev: ${JSON.stringify(counts)}\n`);
for (const { name, severity, range } of Object.values(answer.vulnerabilities)) {
  process.stderr.write(`${severity}: ${name} ${range}\n`);
}
process.exit(counts.total > 0 ? 1 : 0);
