import { Controller, Get, Param, StreamableFile } from '@nestjs/common';
import { AuditLogExporter, AuditLogExports, type Caller, type SignedUrlResponse } from 'auditforge';

const NIGHTLY: Caller = { kind: 'service', subject: 'nightly-archive' };

/** What the host itself does with logs. */
@Controller('archive')
export class ArchiveController {
  constructor(
    private readonly exporter: AuditLogExporter,
    private readonly exports: AuditLogExports,
  ) {}

  @Get(':id')
  async archive(@Param('id') engagementId: string): Promise<StreamableFile> {
    const log = await this.exporter.stream(NIGHTLY, { engagementId });
    const pieces: Buffer[] = [];
    try {
      for await (const piece of log.bytes) pieces.push(piece);
      if (log.summary().sizeBytes !== Buffer.concat(pieces).length) throw new Error('It is not whole.');
      return new StreamableFile(Buffer.concat(pieces));
    } finally {
      await log.close();
    }
  }

  @Get(':id/link')
  link(@Param('id') engagementId: string): Promise<SignedUrlResponse> {
    return this.exporter.signedUrl(NIGHTLY, { engagementId, format: 'json', expiresIn: 60 });
  }

  @Get(':id/history')
  async history(@Param('id') engagementId: string): Promise<string[]> {
    const page = await this.exports.list(NIGHTLY, engagementId, { limit: 20, before: undefined });
    return page.exports.map(({ format, requested_by }) => `${format} ${requested_by?.subject}`);
  }
}
