// Plain Node, no Nest and no build: the typed client fetches a link, and the log that it leads to.
import { AuditForgeProblem, createAuditForgeClient } from 'auditforge/client';

const [baseUrl, token] = process.argv.slice(2);
const client = createAuditForgeClient({ baseUrl, token });
const refused = await client.getEngagement('case-8').catch((error) => error);
if (!(refused instanceof AuditForgeProblem) || refused.status !== 403) throw refused;
const link = await client.getAuditLogSignedUrl('case-7', 'jsonl', 60);
process.stdout.write(await (await fetch(link.signed_url)).text());
