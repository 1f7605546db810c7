import type { RotationCard } from '../src/domain/rotation-card.ts';
import { isFinal } from '../src/domain/rotation.ts';
import type { RotationAct } from '../src/domain/rotation-acts.ts';

const BEGUN: Readonly<Record<RotationAct, string>> = {
  retry: 'Rekey tries again.',
  undo: 'The rotation is being taken back.',
  go_on: 'The rotation goes on.',
  orphan_is_ours: 'That key is made Inactive, and deleted an hour later.',
  orphan_is_not_ours: 'That key is left alone.',
  leave_place: 'That destination is left as it is.',
  keep_new: 'The rotation goes forward with the new key.',
  reactivate: 'The old key is being made Active again: that takes some seconds.',
  approve: 'Approved: the old key is deleted.',
  stop: 'The rotation was ended.',
  hurry: 'The old key is being made Inactive: that takes some seconds.',
  wait: 'The rotation is held.',
  end_wait: 'The wait was ended.',
};

/** What is done with the click itself. */
const CHANGE_NOTHING: ReadonlySet<RotationAct> = new Set<RotationAct>(['wait', 'end_wait', 'stop']);

/** What was begun, and that it waits where Rekey changes nothing now. */
export function begun(act: RotationAct, { rotation, paused }: RotationCard): string {
  const waits = paused !== null && !isFinal(rotation.state) && !CHANGE_NOTHING.has(act);
  return waits ? `${BEGUN[act]} *But Rekey is paused:* it goes on when an admin resumes it.` : BEGUN[act];
}
