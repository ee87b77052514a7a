import type { Type } from '@nestjs/common';
import { validateSync } from 'class-validator';
import type { ParameterProblem } from '../errors/audit-forge.error.js';
import { invalidParameters } from '../export-request.js';

/** A body as a DTO, every offending member named in one 422. @throws AuditForgeError `invalid_parameters` */
export function parseBody<T extends object>(dto: Type<T>, body: object): T {
  const parsed = new dto();
  const known = Object.keys(parsed);
  const problems: ParameterProblem[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (known.includes(name)) Object.assign(parsed, { [name]: value });
    else
      problems.push({
        parameter: name,
        detail: `is not a member of the body, which takes ${known.join(', ')}`,
      });
  }
  for (const { property, constraints } of validateSync(parsed, { forbidUnknownValues: false })) {
    problems.push({ parameter: property, detail: Object.values(constraints ?? {}).join('; ') });
  }
  if (problems.length > 0) throw invalidParameters(problems);
  return parsed;
}
