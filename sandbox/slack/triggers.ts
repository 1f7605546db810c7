import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Who may open a modal, and from which view. */
export interface Trigger {
  readonly userId: string;
  readonly teamId: string;
  /** The view whose interaction made the trigger; views.push needs one. */
  readonly viewId: string | undefined;
}

export type TriggerError = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

interface Issued extends Trigger {
  readonly expires: number;
  used: boolean;
}

/** Trigger ids: each opens one modal, within three seconds. */
export class Triggers {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #issued = new Map<string, Issued>();

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  issue(userId: string, teamId: string, viewId?: string): string {
    const id = `${this.#issued.size + 1}.${this.#clock.now()}.${randomBytes(16).toString('hex')}`;
    this.#issued.set(id, { userId, teamId, viewId, expires: this.#clock.now() + this.#lifeMs, used: false });
    return id;
  }

  /** The trigger if it may still be used; it stays unused. */
  look(id: string): Trigger | TriggerError {
    const issued = this.#issued.get(id);
    if (issued === undefined) return 'invalid_trigger_id';
    if (issued.used) return 'exchanged_trigger_id';
    return this.#clock.now() > issued.expires ? 'expired_trigger_id' : issued;
  }

  use(id: string): void {
    const issued = this.#issued.get(id);
    if (issued !== undefined) issued.used = true;
  }
}
