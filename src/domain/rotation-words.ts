import { troubleOf } from './rotation-trouble.ts';
import type { BlockCode, Rotation, RotationState } from './rotation.ts';

/** A state in two or three words, as lists and headings show it. */
const NAMES: Readonly<Record<RotationState, string>> = {
  planned: 'Being checked',
  creating: 'Making the new key',
  verifying: 'Trying the new key',
  delivering: 'Delivering',
  cutover: 'Delivered',
  quiet: 'Waiting for silence',
  deactivated: 'Old key Inactive',
  soaking: 'Soaking',
  deleted: 'Old key deleted',
  done: 'Done',
  blocked: 'Needs a person',
  undoing: 'Being taken back',
  undone: 'Ended without a new key',
};

export function stateName(state: RotationState): string {
  return NAMES[state];
}

/** What a rotation does in a state, as a sentence on its card. */
const DOING: Readonly<Record<RotationState, string>> = {
  planned: 'Checks that there is room for a new key and that its destinations may be written.',
  creating: 'Makes the new key.',
  verifying: 'Waits until AWS takes the new key reliably.',
  delivering: 'Delivers the new key. The old one still works.',
  cutover: 'The new key is delivered; its users are told to take it up.',
  quiet: 'Waits until nobody uses the old key.',
  deactivated: 'The old key is Inactive. If something broke, reactivate it.',
  soaking: 'The old key stays Inactive for a while and can be reactivated, before it is deleted.',
  deleted: 'The old key is deleted; the last traces are cleared away.',
  done: 'Done: the new key is in place and the old one is gone.',
  blocked: 'Waits for a person.',
  undoing: 'Takes the rotation back.',
  undone: 'Ended without replacing the key.',
};

/** Who may unblock it; the roles are those of the settings. */
const WHO: Readonly<Record<BlockCode, string>> = {
  no_free_slot: 'An admin frees one of the two keys; then an operator tries again.',
  no_destination: 'An admin approves a destination for this user; then an operator tries again.',
  keys_changed: 'An operator, after asking who changed the keys.',
  user_changed: 'An operator: this user can no longer be rotated here.',
  quarantined: 'A responder deals with the leaked key first.',
  not_attributed: 'An operator who knows whether somebody else made that key.',
  create_refused: 'Somebody with rights in AWS allows the call; then an operator tries again.',
  not_working: 'An operator.',
  preflight_failed: 'Whoever looks after the destination; then an operator tries again.',
  delivery_failed: 'Whoever looks after the destination; then an operator tries again or takes it back.',
  hook_failed: 'Whoever looks after the deployment; then an operator goes on.',
  denied: 'Somebody with rights in AWS allows the call; then an operator tries again.',
  secret_lost: 'An operator takes it back and starts again.',
  undo_failed: 'Whoever looks after the destination puts the old key back; then an operator goes on.',
  needs_approval:
    'A second person: any admin but whoever asked for the rotation, or set the schedule that began it.',
  signer_is_target: 'An admin connects the account a second way, such as by a role.',
  too_long: 'An operator, after asking the owners of the key.',
};

/** What a rotation does or waits for, in plain words; a pause and an owner's wait are said where they hold it. */
export function doing(rotation: Pick<Rotation, 'state' | 'block' | 'wait' | 'trouble'>, now: number): string {
  const { state, block, wait } = rotation;
  const trouble = troubleOf(rotation);
  if (block !== null) return block.why;
  const held = (state === 'quiet' || state === 'soaking') && wait !== null && wait.until > now;
  if (held) return `Held by an owner: ${wait.reason}`;
  return trouble === null ? DOING[state] : `${DOING[state]} Trying again: ${trouble.why}.`;
}

/** Who can move a blocked rotation on; null when it waits for nobody. */
export function whoDecides({ block }: Pick<Rotation, 'block'>): string | null {
  if (block === null) return null;
  // Elsewhere it is a trouble that lasts, of which the owners know nothing.
  return block.code === 'too_long' && block.from !== 'quiet'
    ? 'An operator, when the trouble has passed.'
    : WHO[block.code];
}
