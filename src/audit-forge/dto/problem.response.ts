import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import type { ParameterProblem } from '../errors/audit-forge.error.js';
import { PROBLEMS } from '../errors/problems.js';
import type { Problem } from '../http/problem.js';

@ApiSchema({ name: 'ParameterProblem', description: 'What is wrong with one parameter.' })
export class ParameterProblemResponse implements ParameterProblem {
  @ApiProperty({ description: 'Its name, as it was sent.', example: 'expires_in' })
  parameter!: string;

  @ApiProperty({
    description: 'What would be right.',
    example: 'must be a whole number of seconds from 60 to 3600',
  })
  detail!: string;
}

/** The body of every error (RFC 9457). */
@ApiSchema({ name: 'Problem', description: 'The body of every error (RFC 9457).' })
export class ProblemResponse implements Problem {
  @ApiProperty({ description: 'The code, as a URN.', example: 'urn:auditforge:problem:engagement_not_found' })
  type!: string;

  @ApiProperty({ description: 'The same for every problem of this code.', example: 'Engagement not found' })
  title!: string;

  @ApiProperty({ type: 'integer', description: 'The status of the answer.', example: 404 })
  status!: number;

  @ApiProperty({
    description: 'What is wrong and what would be right.',
    example: 'There is no engagement of this id. Check the id.',
  })
  detail!: string;

  @ApiProperty({
    enum: Object.keys(PROBLEMS),
    description: 'What programs tell problems by: it stays the same from version to version.',
    example: 'engagement_not_found',
  })
  code!: string;

  @ApiProperty({
    description: 'Under which the log of the service has more.',
    example: '0d5c9b0e-4c55-4b0c-9d4b-7f4f0b9d6a51',
  })
  request_id!: string;

  @ApiPropertyOptional({
    type: [ParameterProblemResponse],
    description: 'With `invalid_parameters`: every offending one.',
  })
  errors?: ParameterProblemResponse[];
}
