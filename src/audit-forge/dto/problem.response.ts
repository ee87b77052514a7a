import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import type { ParameterProblem } from '../errors/audit-forge.error.js';
import { PROBLEMS } from '../errors/problems.js';
import type { Problem } from '../http/problem.js';

@ApiSchema({ name: 'ParameterProblem' })
export class ParameterProblemResponse implements ParameterProblem {
  @ApiProperty({ example: 'expires_in' })
  parameter!: string;

  @ApiProperty({ example: 'must be a whole number of seconds from 60 to 3600' })
  detail!: string;
}

/** The body of every error (RFC 9457). */
@ApiSchema({ name: 'Problem' })
export class ProblemResponse implements Problem {
  @ApiProperty({ example: 'urn:auditforge:problem:engagement_not_found' })
  type!: string;

  @ApiProperty({ example: 'Engagement not found' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 404 })
  status!: number;

  @ApiProperty({
    description: 'What is wrong and what would be right.',
    example: 'There is no engagement of this id. Check the id.',
  })
  detail!: string;

  @ApiProperty({ enum: Object.keys(PROBLEMS), example: 'engagement_not_found' })
  code!: string;

  @ApiProperty({ description: 'Under which the log of the service has more.', example: '5f0c3b0e-…' })
  request_id!: string;

  @ApiPropertyOptional({
    type: [ParameterProblemResponse],
    description: 'With `invalid_parameters`: every offending one.',
  })
  errors?: ParameterProblemResponse[];
}
