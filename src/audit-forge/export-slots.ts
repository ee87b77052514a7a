import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AuditForgeOptions } from './audit-forge.options.js';
import { callerKey, type Caller } from './auth/caller.js';
import { AuditForgeError } from './errors/audit-forge.error.js';
import { Shutdown } from './shutdown.js';
import { Turns, type TurnOwner } from './turns/turns.js';

const MAX_WAITING = 256;

/** One export at work. */
export interface ExportSlot {
  owner: TurnOwner;
  /** Aborted when the request is, or when the process must stop. */
  signal: AbortSignal;
  /** Whether other exports wait for a slot. */
  othersWait: () => boolean;
  leave(): void;
}

/** Bounds the exports at work at once, and lets them finish before the process stops. */
@Injectable()
export class ExportSlots implements BeforeApplicationShutdown {
  private readonly turns: Turns;
  private readonly stop = new AbortController();
  private count = 0;
  private running = 0;
  private idle = Promise.withResolvers<void>();

  constructor(
    private readonly options: AuditForgeOptions,
    private readonly shutdown: Shutdown,
  ) {
    // While others wait, one caller holds at most half.
    this.turns = new Turns(options.maxActiveExports, { shareWhileOthersWait: 0.5 });
  }

  /** Exports at work. */
  get active(): number {
    return this.running;
  }

  /** Exports that wait for their turn. */
  get waiting(): number {
    return this.turns.queued;
  }

  /**
   * @param patient waits for its turn as long as it takes: nobody waits for an answer
   * @throws AuditForgeError `too_many_requests` when no turn comes in time, `shutting_down`
   */
  async enter(caller: Caller, signal: AbortSignal, { patient = false } = {}): Promise<ExportSlot> {
    this.shutdown.assertOpen();
    const owner = { caller: callerKey(caller), export: String(++this.count) };
    const stopped = AbortSignal.any([signal, this.stop.signal]);
    const release = await (patient ? this.turns.take(1, owner, stopped) : this.turn(owner, stopped));
    // The turn may have come from the last export that a shutdown waited for.
    try {
      this.shutdown.assertOpen();
    } catch (error) {
      release();
      throw error;
    }
    this.running++;
    let left = false;
    return {
      owner,
      signal: stopped,
      othersWait: () => this.turns.queued > 0,
      leave: () => {
        if (left) return;
        left = true;
        this.running--;
        release();
        if (this.running === 0) this.idle.resolve();
      },
    };
  }

  /** New exports are refused; running ones have the grace time, and are then aborted. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.begin();
    if (this.running === 0) return;
    this.idle = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.stop.abort(new AuditForgeError('shutting_down'));
    }, this.options.shutdownGraceSeconds * 1000);
    await this.idle.promise;
    clearTimeout(timer);
  }

  private async turn(owner: TurnOwner, signal: AbortSignal): Promise<() => void> {
    const atOnce = this.turns.tryTake(1, owner);
    if (atOnce !== undefined) return atOnce;
    const busy = new AuditForgeError('too_many_requests', {
      retryAfter: this.options.exportWaitSeconds || 1,
    });
    if (this.turns.queued >= MAX_WAITING) throw busy;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(busy), this.options.exportWaitSeconds * 1000);
    try {
      return await this.turns.take(1, owner, AbortSignal.any([signal, patience.signal]));
    } finally {
      clearTimeout(timer);
    }
  }
}
