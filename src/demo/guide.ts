import type { LoadedEngagement } from './loaded-engagement.js';
import { count, megabytes, shardCount } from './quantities.js';
import type { Demo } from './start-demo.js';

/** What the demo prints once it runs: where it is, the tokens, and commands to paste. */
export async function guide(demo: Demo): Promise<string> {
  const ids = demo.engagements.map(({ id }) => id);
  const width = Math.max(...ids.map((id) => id.length));
  const shown = demo.engagements.filter(({ id, folder }) => folder !== undefined || id === 'eng-abc123');
  const tokens = new Map<string, string>();
  for (const { id } of shown) tokens.set(id, await demo.token([id]));
  const all = await demo.token(ids);

  return [
    'The AuditForge demo is running.',
    '',
    `  page       ${demo.serviceUrl}/   sign in with a session token from below`,
    `  service    ${demo.serviceUrl}`,
    `  S3 store   ${demo.s3Url}, bucket ${demo.bucket}`,
    `  log        ${demo.logFile}`,
    '',
    'Engagements',
    '',
    ...demo.engagements.flatMap((engagement) => describe(engagement, width)),
    '',
    'Tokens (those of sessions hold for 12 hours)',
    '',
    '  platform admin, as x-admin-token',
    `    ${demo.adminToken}`,
    ...Array.from(tokens, ([id, token]) => `  session for ${id}, as bearer\n    ${token}`),
    `  session for ${ids.length === 1 ? ids[0] : `all ${ids.length} engagements`}, as bearer\n    ${all}`,
    '',
    // An empty log has no link to follow.
    ...shown
      .filter(({ shards }) => shards > 0)
      .map(({ id }) => commands(demo.serviceUrl, id, tokens.get(id)!)),
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

function describe(
  { id, shards, events, bytes, folder, leftOut = [] }: LoadedEngagement,
  width: number,
): string[] {
  const facts = [
    shardCount(shards),
    ...(events === undefined || events === 0 ? [] : [`${count(events)} events`]),
    ...(bytes === 0 ? [] : [megabytes(bytes)]),
    ...(folder === undefined ? [] : [`from ${folder}`]),
  ];
  const lines = [`  ${id.padEnd(width)}   ${facts.join(', ')}`];
  if (leftOut.length > 0) {
    lines.push(
      `  ${' '.repeat(width)}   left out, as no shards (.jsonl, .jsonl.gz, .jsonl.zst): ${leftOut.join(', ')}`,
    );
  }
  return lines;
}

/** Every command is one line that works when pasted alone, in this order, in any folder. */
function commands(serviceUrl: string, id: string, token: string): string {
  const log = `${serviceUrl}/auditforge/engagement/${id}/audit-log`;
  const bearer = `-H 'Authorization: Bearer ${token}'`;
  const field = (name: string, replacement: string) =>
    `sed -E 's/.*"${name}":"([^"]*)".*/${replacement}/' ${id}.link.json`;
  return `Commands for ${id}, to paste into another shell one after the other

# The log as a stream, into a file.
curl -f -sS -o ${id}.streamed.jsonl '${log}' ${bearer}

# The same as one JSON array.
curl -f -sS -o ${id}.json '${log}?format=json' ${bearer}

# A link to the log as one S3 object, valid for ten minutes.
curl -f -sS -o ${id}.link.json '${log}?delivery=signed_url' ${bearer}

# What it leads to. The link needs no token.
curl -f -sS -o ${id}.downloaded.jsonl "$(${field('signed_url', '\\1')})"

# Both files are the log whose SHA-256 came with the link.
${field('sha256', `\\1  ${id}.streamed.jsonl`)} | sha256sum -c
${field('sha256', `\\1  ${id}.downloaded.jsonl`)} | sha256sum -c
`;
}
