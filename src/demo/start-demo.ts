import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { readEnvironment } from '../config/environment.js';
import type { Settings } from '../config/settings.js';
import { createApp } from '../create-app.js';
import { EmbeddedS3 } from '../embedded-s3/embedded-s3.js';
import { DemoBucket } from './demo-bucket.js';
import { lockFolder } from './folder-lock.js';
import { requireFreePort } from './free-port.js';
import { keptSecrets, type KeptSecrets } from './kept-secrets.js';
import type { LoadedEngagement } from './loaded-engagement.js';
import { Progress, type ProgressOutput } from '../progress.js';
import { putFolder, type FolderToLoad } from './put-folder.js';
import { putSamples } from './put-samples.js';
import type { SampleEngagement } from './sample-engagements.js';
import { mintSessionToken } from '../session-token.js';

const BUCKET = 'metis-shared';
const REGION = 'us-east-1';
const TOKEN_TTL_SECONDS = 12 * 3600;

export interface DemoOptions {
  /** Where everything is kept; made if it is not there. */
  dir: string;
  /** 0 takes any that is free. */
  port: number;
  s3Port: number;
  samples: readonly SampleEngagement[];
  folder?: FolderToLoad;
  progress: ProgressOutput;
  /** Ends the start. */
  signal: AbortSignal;
}

export interface Demo {
  serviceUrl: string;
  s3Url: string;
  bucket: string;
  logFile: string;
  adminToken: string;
  engagements: LoadedEngagement[];
  /** A session token for these engagements, valid for 12 hours. */
  token: (engagements: readonly string[]) => Promise<string>;
  close: () => Promise<void>;
}

/**
 * The service and its store in this process, on loopback, with engagements to try. If it cannot start, nothing
 * is left running.
 * @throws CommandError
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await requireFreePorts(options);
  const running = new AsyncDisposableStack();
  try {
    mkdirSync(options.dir, { recursive: true });
    running.defer(lockFolder(options.dir));
    const secrets = keptSecrets(options.dir);
    const credentials = { accessKeyId: 'AUDITFORGEDEMO', secretAccessKey: secrets.s3SecretAccessKey };
    const s3 = await startStore(options, credentials, running);
    const logFile = join(options.dir, 'service.log');
    const serviceUrl = await startService(
      settingsOf(options, s3.endpoint, secrets, credentials),
      logFile,
      running,
    );
    const engagements = await fill(options, s3.endpoint, credentials);
    return {
      serviceUrl,
      s3Url: s3.endpoint,
      bucket: BUCKET,
      logFile,
      adminToken: secrets.adminToken,
      engagements,
      token: (ids) =>
        mintSessionToken(secrets.sessionSecret, {
          engagements: ids,
          subject: 'demo',
          ttlSeconds: TOKEN_TTL_SECONDS,
          issuer: 'auditforge',
          audience: 'auditforge',
        }),
      close: () => running.disposeAsync(),
    };
  } catch (error) {
    await running.disposeAsync();
    throw error;
  }
}

async function requireFreePorts({ port, s3Port }: DemoOptions): Promise<void> {
  await requireFreePort({ port, what: 'the service', option: '--port', variable: 'PORT' });
  await requireFreePort({
    port: s3Port,
    what: 'the S3 store',
    option: '--s3-port',
    variable: 'DEMO_S3_PORT',
  });
}

async function startStore(
  { dir, s3Port }: DemoOptions,
  credentials: AwsCredentialIdentity,
  running: AsyncDisposableStack,
): Promise<EmbeddedS3> {
  const s3 = await EmbeddedS3.start({ dir: join(dir, 's3'), port: s3Port, region: REGION, ...credentials });
  running.defer(() => s3.close());
  s3.createBucket(BUCKET, { versioned: true });
  return s3;
}

async function startService(
  settings: Settings,
  logFile: string,
  running: AsyncDisposableStack,
): Promise<string> {
  // At once and without a handle: the lines are few, and whenever the file is looked at, it is complete.
  const logTo = { write: (line: string) => appendFileSync(logFile, line) };
  const app = await createApp(settings, { logTo });
  running.defer(() => app.close());
  await app.listen(settings.port, settings.host);
  return app.getUrl();
}

/** Fixed by the demo: what the user's own environment says is for another service. */
function settingsOf(
  { port }: DemoOptions,
  endpoint: string,
  { adminToken, sessionSecret }: KeptSecrets,
  credentials: AwsCredentialIdentity,
): Settings {
  const settings = readEnvironment({
    HOST: '127.0.0.1',
    PORT: String(port),
    AUDITFORGE_SHARED_BUCKET: BUCKET,
    AUDITFORGE_SOURCE_BUCKETS: BUCKET,
    AUDITFORGE_ADMIN_TOKENS: `demo:${adminToken}`,
    AUDITFORGE_SESSION_SECRET: sessionSecret,
    AUDITFORGE_INSECURE_COOKIE: 'true',
    AUDITFORGE_S3_ENDPOINT: endpoint,
    AUDITFORGE_S3_FORCE_PATH_STYLE: 'true',
    AUDITFORGE_SHUTDOWN_GRACE_SECONDS: '2',
    AWS_REGION: REGION,
  });
  settings.auditForge.credentials = credentials;
  return settings;
}

async function fill(
  { folder, samples, progress: output, signal }: DemoOptions,
  endpoint: string,
  credentials: AwsCredentialIdentity,
): Promise<LoadedEngagement[]> {
  const client = new S3Client({
    endpoint,
    region: REGION,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const progress = new Progress(output);
  try {
    const bucket = new DemoBucket(client, BUCKET, signal);
    const loaded = folder === undefined ? [] : [await putFolder(bucket, folder, progress)];
    return [...loaded, ...(await putSamples(bucket, samples, progress))];
  } finally {
    progress.end();
    client.destroy();
  }
}
