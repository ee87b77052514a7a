import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AuditForgeError,
  AuditForgeModule,
  AuditLogExporter,
  Clock,
  EngagementStore,
  SessionVerifier,
  type AuditForgeOptions,
  type Caller,
  type Engagement,
  type Session,
} from '../../src/audit-forge/index.js';
import { openEmbeddedStore, type EmbeddedStore } from '../support/embedded-store.js';
import { event, events } from '../support/events.js';
import { send } from '../support/http-client.js';
import { Service } from '../support/service.js';
import { SESSION_SECRET } from '../support/session-tokens.js';

const NIGHTLY: Caller = { kind: 'service', subject: 'nightly-archive' };

@Injectable()
class CaseFiles extends EngagementStore {
  override async find(id: string): Promise<Engagement | null> {
    if (id !== 'case-7') return null;
    const created_at = '2026-01-01T00:00:00Z';
    return { id, name: 'Case 7', status: 'closed', source_bucket: null, source_region: null, created_at };
  }
}

class OpaqueTokens extends SessionVerifier {
  override async verify(token: string): Promise<Session | null> {
    const expiresAt = new Date(Date.now() + 600_000);
    return token === 'opaque-1' ? { subject: 'kim', engagements: new Set(['case-7']), expiresAt } : null;
  }
}

class FixedClock extends Clock {
  override now(): Date {
    return new Date('2026-05-08T13:20:00Z');
  }
}

@Controller('archive')
class ArchiveController {
  constructor(private readonly exporter: AuditLogExporter) {}

  @Get(':id')
  async archive(@Param('id') id: string): Promise<{ events: number; bytes: string }> {
    const log = await this.exporter.stream(NIGHTLY, { engagementId: id });
    const pieces: Buffer[] = [];
    try {
      for await (const piece of log.bytes) pieces.push(piece);
      return { events: log.summary().eventCount, bytes: Buffer.concat(pieces).toString() };
    } finally {
      await log.close();
    }
  }
}

describe('AuditForgeModule in an application of its own', () => {
  let store: EmbeddedStore;
  let seeds: Service;
  let options: Partial<AuditForgeOptions>;
  let app: INestApplication | undefined;
  beforeAll(async () => {
    // The store's clock is the fixed one, so that nothing corrects it.
    store = await openEmbeddedStore();
    seeds = await Service.start({ store });
    await seeds.seed('case-7', { '1.jsonl': events(3) });
    await seeds.seed('eng-1', { '1.jsonl': event(1) });
    const { endpoint, region, credentials, forcePathStyle } = store.config;
    options = {
      sharedBucket: seeds.bucket,
      s3Endpoint: endpoint,
      s3ForcePathStyle: forcePathStyle,
      region,
      credentials,
    };
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  afterAll(async () => {
    await seeds.close();
    await store.close();
  });

  async function start(module: unknown): Promise<string> {
    const testing = await Test.createTestingModule({
      imports: [module as never],
      controllers: [ArchiveController],
    }).compile();
    app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  }

  it('exports through AuditLogExporter, with stores and verifiers of the host', async () => {
    const url = await start(
      AuditForgeModule.forRoot({
        ...options,
        bindings: [
          { provide: EngagementStore, useClass: CaseFiles },
          { provide: SessionVerifier, useClass: OpaqueTokens },
        ],
      }),
    );
    expect((await send(`${url}/archive/case-7`)).json()).toEqual({ events: 3, bytes: events(3) });
    const log = `${url}/auditforge/engagement/case-7/audit-log`;
    expect((await send(log, { headers: { authorization: 'Bearer opaque-1' } })).body.toString()).toBe(
      events(3),
    );
    expect((await send(log, { headers: { authorization: 'Bearer opaque-2' } })).status).toBe(401);
    expect((await send(log)).json()).toMatchObject({ code: 'authentication_required' });
  });

  it('takes its options from a factory, and what the factory needs from other modules', async () => {
    @Module({ providers: [{ provide: 'BUCKET', useFactory: () => seeds.bucket }], exports: ['BUCKET'] })
    class PlatformModule {}
    const url = await start(
      AuditForgeModule.forRootAsync({
        imports: [PlatformModule],
        inject: ['BUCKET'],
        useFactory: (bucket: string) => ({ ...options, sharedBucket: bucket, sessionSecret: SESSION_SECRET }),
        isGlobal: true,
      }),
    );
    expect((await send(`${url}/archive/eng-1`)).json()).toEqual({ events: 1, bytes: `${event(1)}\n` });
  });

  it('gives importing services a signed URL, and errors with a code', async () => {
    await start(AuditForgeModule.forRoot({ ...options, sessionSecret: SESSION_SECRET }));
    const exporter = app!.get(AuditLogExporter, { strict: false });
    const { signed_url } = await exporter.signedUrl(NIGHTLY, {
      engagementId: 'eng-1',
      format: 'json',
      expiresIn: 60,
    });
    expect(await (await fetch(signed_url!)).text()).toBe(`[${event(1)}]\n`);
    await expect(exporter.signedUrl(NIGHTLY, { engagementId: 'none' })).rejects.toMatchObject({
      code: 'engagement_not_found',
    });
    const visitor: Caller = { kind: 'session', subject: 'kim', engagements: new Set(['case-7']) };
    await expect(exporter.stream(visitor, { engagementId: 'eng-1' })).rejects.toBeInstanceOf(AuditForgeError);
    await expect(exporter.stream(NIGHTLY, { engagementId: '../eng-1' })).rejects.toMatchObject({
      code: 'invalid_parameters',
    });
    await expect(exporter.signedUrl(NIGHTLY, { engagementId: 'eng-1', expiresIn: 5 })).rejects.toMatchObject({
      code: 'invalid_parameters',
    });
  });

  it('binds a clock of the host', async () => {
    await start(
      AuditForgeModule.forRoot({
        ...options,
        sessionSecret: SESSION_SECRET,
        bindings: [{ provide: Clock, useClass: FixedClock }],
      }),
    );
    const log = await app!
      .get(AuditLogExporter, { strict: false })
      .stream(NIGHTLY, { engagementId: 'eng-1' });
    await log.close();
    expect(log.fileName).toBe('eng-1-20260508T132000Z.jsonl');
  });

  it('does not start with options that are not right, and names every one', async () => {
    const wrong = { ...options, sharedBucket: 'No Bucket', memoryBudgetMiB: 1, sessionSecret: 'short' };
    await expect(start(AuditForgeModule.forRoot(wrong))).rejects.toThrow(
      /sharedBucket must be[\s\S]*sessionSecret must be[\s\S]*memoryBudgetMiB must be/,
    );
  });
});
