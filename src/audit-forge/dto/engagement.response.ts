import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Engagement } from '../engagements/engagement.js';

/** The six fields that a client sees of an engagement, whatever else its record holds. */
@ApiSchema({ name: 'Engagement', description: 'One audit of one client.' })
export class EngagementResponse implements Omit<Engagement, 'source_account'> {
  @ApiProperty({ description: 'Its id.', example: 'eng-abc123' })
  id!: string;

  @ApiProperty({
    description: 'Its name, for people.',
    example: 'Nordhafen Logistik GmbH, annual audit 2025',
  })
  name!: string;

  @ApiProperty({ description: 'Its status, as the platform calls it.', example: 'active' })
  status!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The bucket of the log. null: the shared one.',
    example: null,
  })
  source_bucket!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its region.', example: null })
  source_region!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it began.', example: '2026-05-04T07:30:00Z' })
  created_at!: string;
}

export function engagementResponse(engagement: Engagement): EngagementResponse {
  const { id, name, status, source_bucket, source_region, created_at } = engagement;
  return { id, name, status, source_bucket, source_region, created_at };
}
