import type { components } from './schema.js';

export type AuditLogSignedUrlResponse = components['schemas']['AuditLogSignedUrlResponse'];
export type AuditLogFormat = AuditLogSignedUrlResponse['format'];
export type Engagement = components['schemas']['Engagement'];
export type Session = components['schemas']['Session'];
export type ExportProgress = components['schemas']['ExportProgress'];
export type UnfinishedExport = components['schemas']['UnfinishedExport'];
export type ExportEntry = components['schemas']['ExportEntry'];
export type ExportList = components['schemas']['ExportList'];
