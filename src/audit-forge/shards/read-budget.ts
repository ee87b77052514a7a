import { Injectable } from '@nestjs/common';
import { AuditForgeOptions } from '../audit-forge.options.js';
import { MemoryPool } from '../turns/memory-pool.js';
import { Turns } from '../turns/turns.js';
import { FIRST_SEGMENT_BYTES } from './segments.js';

const MIB = 1024 * 1024;
const MAX_REQUESTS = 192;

/**
 * What the whole process may hold of logs at once. Three eighths are for segments that are being read or
 * wait for their turn to be handed on, five for the parts of exports being written: two pools, since an
 * export that holds segments waits for room in a part, and must not wait for one that waits for segments.
 */
@Injectable()
export class ReadBudget {
  readonly segments: MemoryPool;
  readonly parts: MemoryPool;
  /** Segment requests in flight. */
  readonly requests = new Turns(MAX_REQUESTS);

  constructor({ memoryBudgetMiB }: AuditForgeOptions) {
    this.segments = new MemoryPool((memoryBudgetMiB * MIB * 3) / 8, {
      leaveRoomBut: FIRST_SEGMENT_BYTES,
    });
    this.parts = new MemoryPool((memoryBudgetMiB * MIB * 5) / 8);
  }
}
