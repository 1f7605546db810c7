import type { BlockChoice, Rotation, RotationState } from './rotation.ts';
import { isFinal } from './rotation.ts';

/** What a person can do to a rotation that is under way; the choices of a block among them. */
export type RotationAct = BlockChoice | 'hurry' | 'wait' | 'end_wait';

/** What can be done to a rotation as it stands, whoever asks; in the order it is shown. */
export function actsOf(rotation: Rotation, now: number): readonly RotationAct[] {
  const { block, state, wait } = rotation;
  if (isFinal(state)) return [];
  const chosen: RotationAct[] = [...(block?.choices ?? [])];
  const isHeld = wait !== null && wait.until > now;
  if (state === 'quiet' && rotation.change === null && !isHeld) chosen.push('hurry');
  if (mayReactivate(rotation)) chosen.push('reactivate');
  if (mayUndo(rotation)) chosen.push('undo');
  if (isHeld) chosen.push('end_wait');
  else if (mayHold(rotation)) chosen.push('wait');
  return [...new Set(chosen)];
}

/** A wait holds up what makes the old key Inactive or deletes it: only while that is still to come. */
function mayHold({ state, block, change, oldKeyId }: Rotation): boolean {
  if (change?.accessKeyId === oldKeyId) return false;
  const at = block?.from ?? state;
  return at !== 'deleted' && at !== 'undoing' && at !== 'planned';
}

/** Within the soak, and while it begins. */
export function mayReactivate({ state, block: blocked, change, oldKeyId }: Rotation): boolean {
  const at = blocked?.from ?? state;
  if (change?.change === 'delete') return false;
  return at === 'deactivated' || at === 'soaking' || (at === 'quiet' && change?.accessKeyId === oldKeyId);
}

type Begun = Pick<Rotation, 'requestedBy' | 'scheduledBy'>;

/** Who began it: whoever asked for it, and who set the schedule. None of them is the second person for the deletion. */
export function firstPeople({ requestedBy, scheduledBy }: Begun): readonly string[] {
  return requestedBy === null ? scheduledBy : [requestedBy, ...scheduledBy];
}

export function isSecondPerson(rotation: Begun, userId: string): boolean {
  return !firstPeople(rotation).includes(userId);
}

/** What one of {@link firstPeople} did, after “whoever”. */
export function beganHow({ requestedBy }: Begun, userId: string): string {
  return userId === requestedBy ? 'asked for the rotation' : 'set the schedule that began it';
}

const UNDOABLE: ReadonlySet<RotationState> = new Set<RotationState>([
  'creating',
  'verifying',
  'delivering',
  'cutover',
  'quiet',
]);

/** Undo exists until the old key is deactivated; from then on there is Reactivate. */
export function mayUndo({ state, block, change, oldKeyId, deactivatedAt }: Rotation): boolean {
  return UNDOABLE.has(block?.from ?? state) && deactivatedAt === null && change?.accessKeyId !== oldKeyId;
}
