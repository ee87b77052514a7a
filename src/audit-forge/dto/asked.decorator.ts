import { createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Request } from 'express';
import type { ParameterProblem } from '../errors/audit-forge.error.js';
import { invalidParameters } from '../export-request.js';

/**
 * Path and query of a request as one DTO, every offending parameter named in one 422.
 *
 * Names are checked on the raw query string: Nest's whitelist lets `constructor` and `__proto__` through,
 * and Express drops the pairs after the first 1,000. An unknown name is refused, since a mistyped filter
 * must not quietly yield the whole log.
 */
export const Asked = createParamDecorator((dto: Type<object>, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  return parseRequest(dto, request.params as Record<string, string>, rawQuery(request.originalUrl));
});

/** For a route that takes none. */
// oxlint-disable-next-line typescript/no-extraneous-class -- a DTO like the others
export class NoParameters {}

/** @throws AuditForgeError `invalid_parameters` */
export function parseRequest<T extends object>(dto: Type<T>, path: Record<string, string>, query: string): T {
  const known = new Set(Object.keys(new dto()).filter((name) => !Object.hasOwn(path, name)));
  const takes = known.size === 0 ? 'none' : [...known].join(', ');
  const problems: ParameterProblem[] = [];
  const values: Record<string, string> = { ...path };
  const pairs = new URLSearchParams(`?${query}`);
  for (const name of new Set(pairs.keys())) {
    const given = pairs.getAll(name);
    if (!known.has(name)) {
      problems.push({ parameter: name, detail: `is not a parameter of this address, which takes ${takes}` });
    } else if (given.length > 1) {
      problems.push({ parameter: name, detail: 'must be given once' });
    } else {
      values[name] = given[0]!;
    }
  }
  const parsed = plainToInstance(dto, values, { exposeDefaultValues: true });
  for (const { property, constraints } of validateSync(parsed, { forbidUnknownValues: false })) {
    problems.push({ parameter: property, detail: Object.values(constraints ?? {}).join('; ') });
  }
  if (problems.length > 0) throw invalidParameters(problems);
  return parsed;
}

function rawQuery(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}
