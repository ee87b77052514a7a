import { describe, expect, it } from '@jest/globals';
import { jobOf } from '../../../test/support/jobs.js';
import { assertRoom, MAX_QUEUED, MAX_QUEUED_OF_SESSION } from './assert-room.js';
import { assertJob, callerOfJob, requestedOfJob, type ExportJob } from './export-job.js';

describe('a job', () => {
  it('is taken where all of it can be so', () => {
    assertJob(jobOf());
    assertJob(jobOf('reviewer-1'));
  });

  it.each<[string, Partial<Record<keyof ExportJob, unknown>>]>([
    ['an id that is none', { exportId: 'latest' }],
    ['an id with a path in it', { exportId: '20260508T132000Z-aaaaaaaaaa/../x' }],
    ['another engagement’s path', { engagementId: '../eng-2' }],
    ['an unknown format', { format: 'csv' }],
    ['a format of the prototype', { format: 'constructor' }],
    ['seconds as text', { expiresIn: '600' }],
    ['too few seconds', { expiresIn: 59 }],
    ['too many seconds', { expiresIn: 3601 }],
    ['another kind of caller', { caller: { kind: 'root', subject: 'ops' } }],
    ['a subject with a line break', { caller: { kind: 'session', subject: 'a\nb' } }],
    ['no time of the request', { requestedAt: 'yesterday' }],
    ['no time for the key', { keyAt: '' }],
  ])('is refused with %s', (_, changed) => {
    expect(() => assertJob({ ...jobOf(), ...changed } as ExportJob)).toThrow('this is no export job');
  });

  it('gives its caller this engagement and no other', () => {
    expect(callerOfJob(jobOf('reviewer-1'))).toEqual({
      kind: 'session',
      subject: 'reviewer-1',
      engagements: new Set(['eng-1']),
    });
    expect(callerOfJob(jobOf())).toEqual({ kind: 'admin', subject: 'ops' });
  });

  it('says in its record who asked for what, and when', () => {
    const job = { ...jobOf('reviewer-1'), requestId: 'req-1' };
    expect(requestedOfJob(job)).toMatchObject({
      export_id: job.exportId,
      engagement_id: 'eng-1',
      request_id: 'req-1',
      requested_at: job.requestedAt,
      requested_by: { kind: 'session', subject: 'reviewer-1' },
    });
  });
});

describe('room', () => {
  const last = { all: MAX_QUEUED - 1, ofCaller: MAX_QUEUED_OF_SESSION - 1, isSession: true };

  it('is there for the last of a session, and of all', () => {
    assertRoom(last);
    assertRoom({ ...last, ofCaller: MAX_QUEUED_OF_SESSION, isSession: false });
  });

  it.each([
    ['one more of a session', { ...last, ofCaller: MAX_QUEUED_OF_SESSION }, '20 exports of this session'],
    ['one more of all', { ...last, all: MAX_QUEUED, isSession: false }, '1000 exports are queued'],
    ['one more of all, of a session', { ...last, all: MAX_QUEUED }, '1000 exports are queued'],
  ])('is not there for %s', (_, queued, detail) => {
    expect(() => assertRoom(queued)).toThrow(
      expect.objectContaining({ code: 'too_many_requests', detail: expect.stringContaining(detail) }),
    );
  });
});
