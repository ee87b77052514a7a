import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditForgeModule, EngagementStore, SessionVerifier } from 'auditforge';
import { ArchiveController } from './archive.controller.js';
import { CaseFiles } from './case-files.js';
import { OpaqueTokens } from './opaque-tokens.js';

@Module({
  imports: [
    AuditForgeModule.forRootAsync({
      useFactory: () => ({
        sharedBucket: process.env['BUCKET']!,
        s3Endpoint: process.env['ENDPOINT']!,
        s3ForcePathStyle: true,
        region: 'us-east-1',
      }),
      bindings: [
        { provide: EngagementStore, useClass: CaseFiles },
        { provide: SessionVerifier, useClass: OpaqueTokens },
      ],
    }),
  ],
  controllers: [ArchiveController],
})
class HostModule {}

const app = await NestFactory.create(HostModule, { logger: ['error', 'warn'], abortOnError: false });
await app.listen(0, '127.0.0.1');
process.stdout.write(`listening ${await app.getUrl()}\n`);
