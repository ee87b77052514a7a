import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { wholeSeconds } from '../clock.js';
import type { Session } from '../auth/session-verifier.js';

/** Who is signed in, and what for. */
@ApiSchema({ name: 'Session', description: 'Who is signed in, and what for.' })
export class SessionResponse {
  @ApiProperty({ description: 'Whom the session is of.', example: 'reviewer@example.com' })
  subject!: string;

  @ApiProperty({ type: [String], description: 'Ids that the session may export.', example: ['eng-abc123'] })
  engagements!: string[];

  @ApiProperty({
    format: 'date-time',
    description: 'When the session ends, in whole seconds.',
    example: '2026-05-08T13:30:00Z',
  })
  expires_at!: string;
}

export function sessionResponse({ subject, engagements, expiresAt }: Session): SessionResponse {
  return { subject, engagements: [...engagements].toSorted(), expires_at: wholeSeconds(expiresAt) };
}
