import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { wholeSeconds } from '../clock.js';
import type { Session } from '../auth/session-verifier.js';

/** Who is signed in, and what for. */
@ApiSchema({ name: 'Session' })
export class SessionResponse {
  @ApiProperty({ example: 'reviewer@example.com' })
  subject!: string;

  @ApiProperty({ type: [String], description: 'Ids that the session may export.', example: ['eng-abc123'] })
  engagements!: string[];

  @ApiProperty({ format: 'date-time', description: 'In whole seconds.', example: '2026-05-08T13:30:00Z' })
  expires_at!: string;
}

export function sessionResponse({ subject, engagements, expiresAt }: Session): SessionResponse {
  return { subject, engagements: [...engagements].toSorted(), expires_at: wholeSeconds(expiresAt) };
}
