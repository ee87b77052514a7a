import { IsIn, Matches, registerDecorator } from 'class-validator';
import { LOG_FORMATS, type LogFormat } from '../encoders/formats.js';
import { EXPIRES_IN } from '../export-request.js';
import { EXPORT_ID } from '../records/export-id.js';
import { EngagementPath } from './audit-log.query.js';
import { IsSecondsBetween } from './seconds.validator.js';

/** The path of one export. */
export class ExportPath extends EngagementPath {
  @Matches(EXPORT_ID, { message: 'must be the id of an export, as in 20260508T132000Z-k3v7q2mzda' })
  export_id!: string;
}

/** What may be asked of one export. */
export class ExportQuery extends ExportPath {
  /** Seconds, as written. */
  @IsSecondsBetween(EXPIRES_IN.min, EXPIRES_IN.max)
  expires_in = String(EXPIRES_IN.default);

  get expiresIn(): number {
    return Number(this.expires_in);
  }
}

/** What may be asked of the history. */
export class ExportListQuery extends EngagementPath {
  /** As written. */
  @Matches(/^([1-9]\d?|100)$/, { message: 'must be a whole number from 1 to 100' })
  limit = '20';

  /** Where the page before ended; empty: at the newest. */
  @Matches(new RegExp(`^$|${EXPORT_ID.source}`), { message: 'must be the next_cursor of another page' })
  cursor = '';
}

/** What may be asked for in the body of a new export. */
export class NewExport {
  @IsIn(LOG_FORMATS, { message: 'must be jsonl or json' })
  format: LogFormat = 'jsonl';

  @IsExpiresIn()
  expires_in: number = EXPIRES_IN.default;
}

function IsExpiresIn(): PropertyDecorator {
  const { min, max } = EXPIRES_IN;
  return (target, propertyName) => {
    registerDecorator({
      name: 'isExpiresIn',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
        defaultMessage: () => `must be a whole number of seconds from ${min} to ${max}`,
      },
    });
  };
}
