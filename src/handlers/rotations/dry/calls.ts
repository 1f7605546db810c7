import type { Rotation } from '../../../domain/rotation.ts';
import { spanWords } from '../../../domain/time-words.ts';
import type { PlannedCall } from '../plan.ts';

/** Writes down the calls of a rotation that is only imagined, in their order. */
export class PlannedCalls {
  readonly #made: { readonly call: Omit<PlannedCall, 'when'>; readonly at: Rotation }[] = [];
  readonly #stands: () => Rotation;

  constructor(stands: () => Rotation) {
    this.#stands = stands;
  }

  /** As it stands by now. */
  get rotation(): Rotation {
    return this.#stands();
  }

  /** Those so far; `quietMs`: how long the old key must be silent, which nothing else depends on. */
  made(quietMs: number): PlannedCall[] {
    return this.#made.map(({ call, at }) => ({ ...call, when: whenWords({ ...at, quietMs }) }));
  }

  /** `action` as IAM names it, with its service: `iam:GetUser`. */
  reads(action: string, on: string): void {
    this.#add(action, on, false);
  }

  changes(action: string, on: string): void {
    this.#add(action, on, true);
  }

  #add(named: string, on: string, changes: boolean): void {
    const [service = '', action = ''] = named.split(':');
    const at = this.rotation;
    this.#made.push({ call: { state: at.state, service, action, on, changes }, at });
  }
}

function whenWords({ state, approvals, quietMs, soakMs, trouble }: Rotation): string {
  if (state === 'quiet' && approvals.length > 0) return 'when a person says that the old key may go';
  if (state === 'quiet' && trouble !== null) {
    return 'again and again, since it cannot be seen whether the old key is used';
  }
  if (state === 'quiet') return `when the old key was silent for ${spanWords(quietMs)}`;
  if (state === 'deactivated') return 'right after that';
  if (state === 'soaking' || state === 'deleted') {
    return `after ${spanWords(soakMs)} of soak, when a second person agreed`;
  }
  return 'at once';
}
