import { Injectable } from '@nestjs/common';
import { AuditForgeError } from './errors/audit-forge.error.js';

/** Whether the process has been told to stop. */
@Injectable()
export class Shutdown {
  private closing = false;

  get hasBegun(): boolean {
    return this.closing;
  }

  begin(): void {
    this.closing = true;
  }

  /** @throws AuditForgeError `shutting_down` */
  assertOpen(): void {
    if (this.closing) throw new AuditForgeError('shutting_down');
  }
}
