import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { Logger } from '@nestjs/common';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockS3, noAbort, s3Error, s3Store } from '../../../test/support/aws-mock.js';
import { beginUpload } from './begin-upload.js';

const KEY = 'auditforge/exports/eng-1-20260508T132000Z.jsonl';
const TARGET = {
  location: { bucket: 'client-bucket' },
  key: KEY,
  at: new Date('2026-05-08T13:20:00Z'),
  headers: {
    ContentType: 'application/x-ndjson',
    ContentDisposition: 'attachment',
    CacheControl: 'no-store',
  },
};

describe('beginning an upload', () => {
  const s3 = mockS3();
  const begin = (signal = noAbort()) => beginUpload(s3Store(), TARGET, signal);
  const aborted = () =>
    s3.commandCalls(AbortMultipartUploadCommand).map(({ args }) => args[0].input.UploadId);

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    s3.reset();
    s3.on(AbortMultipartUploadCommand).resolves({});
    s3.on(ListMultipartUploadsCommand, { Prefix: KEY }).resolves({
      Uploads: [
        { Key: KEY, UploadId: 'stray' },
        { Key: KEY, UploadId: 'upload' },
        { Key: `${KEY}.other`, UploadId: 'of another key' },
      ],
    });
  });

  it('looks for no other one where the first try was answered', async () => {
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'upload', ChecksumAlgorithm: 'CRC32' });
    await expect(begin()).resolves.toEqual({ uploadId: 'upload', usesCrc32: true });
    expect(s3.calls()).toHaveLength(1);
  });

  it.each<[what: string, first: Error | object]>([
    ['was lost', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    ['named no upload', {}],
  ])('ends the one whose answer %s', async (_, first) => {
    const create = s3.on(CreateMultipartUploadCommand);
    if (first instanceof Error) create.rejectsOnce(first);
    else create.resolvesOnce(first);
    create.resolves({ UploadId: 'upload' });
    await expect(begin()).resolves.toEqual({ uploadId: 'upload', usesCrc32: false });
    expect(aborted()).toEqual(['stray']);
  });

  it('ends the one whose answer was lost while the client left', async () => {
    const client = new AbortController();
    const gone = new Error('the client has gone away');
    s3.on(CreateMultipartUploadCommand).callsFake(() => {
      client.abort(gone);
      throw gone;
    });
    await expect(begin(client.signal)).rejects.toBe(gone);
    expect(aborted()).toEqual(['stray', 'upload']);
  });

  it('has none to end where the store has refused', async () => {
    s3.on(CreateMultipartUploadCommand).rejects(s3Error('AccessDenied', 403));
    await expect(begin()).rejects.toMatchObject({ code: 'storage_access_denied' });
    expect(s3.calls()).toHaveLength(1);
  });

  it('goes on where it may not look for others', async () => {
    const create = s3.on(CreateMultipartUploadCommand);
    create.rejectsOnce(s3Error('InternalError', 500)).resolves({ UploadId: 'upload' });
    s3.on(ListMultipartUploadsCommand).rejects(s3Error('AccessDenied', 403));
    await expect(begin()).resolves.toMatchObject({ uploadId: 'upload' });
  });
});
