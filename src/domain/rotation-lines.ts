import type { RotationLine } from './rotation-card.ts';
import { doing, whoDecides } from './rotation-words.ts';
import type { Rotation, RotationState } from './rotation.ts';

const CAME_TO: Readonly<Record<RotationState, (rotation: Rotation) => string>> = {
  planned: () => 'Planned.',
  creating: () => 'There is room for a new key, and its destinations may be written.',
  verifying: ({ newKeyId }) => `Made the new key \`${newKeyId ?? 'unknown'}\`; its secret is kept sealed.`,
  delivering: () => 'AWS takes the new key reliably.',
  cutover: () => 'Every destination holds the new key; its secret is erased here.',
  quiet: ({ oldKeyId }) => `Waits until nobody uses the old key \`${oldKeyId}\`.`,
  deactivated: ({ oldKeyId }) => `Made the old key \`${oldKeyId}\` Inactive.`,
  soaking: () => 'The soak goes on; the old key can still be reactivated.',
  deleted: ({ oldKeyId }) => `The old key \`${oldKeyId}\` is deleted.`,
  done: () => 'Done.',
  blocked: (rotation) => `Stopped: ${rotation.block?.why ?? ''} ${whoDecides(rotation) ?? ''}`,
  undoing: () => 'Takes the rotation back.',
  undone: () => 'Ended without replacing the key.',
};

/**
 * What happened between two versions of a rotation, for its thread; `before` is null when it was just started.
 * @param by who did it; null for Rekey itself
 */
export function rotationLines(
  before: Rotation | null,
  after: Rotation,
  by: string | null,
  at: number,
): RotationLine[] {
  const line = (what: string): RotationLine => ({ at, by, what });
  if (before === null) return [line(`Started: ${after.reason === '' ? doing(after, at) : after.reason}`)];
  return [
    ...(before.wait !== after.wait ? [line(waitWords(after))] : []),
    ...(after.approvals.length > before.approvals.length ? [line(approvalWords(after))] : []),
    ...(leftOf(after) > leftOf(before) ? [line(LEFT)] : []),
    ...(before.state === after.state ? [] : [line(CAME_TO[after.state](after))]),
  ];
}

const LEFT =
  'Left a destination that cannot be asked as it is: it was not told that the new key goes, nor to use the old one.';

function leftOf({ deliveries }: Rotation): number {
  return deliveries.filter(({ state }) => state === 'left').length;
}

function waitWords({ wait }: Rotation): string {
  return wait === null ? 'Ended the wait.' : `Asked to wait: ${wait.reason}`;
}

function approvalWords({ approvals }: Rotation): string {
  return approvals.at(-1)?.what === 'delete'
    ? 'Approved the deletion of the old key.'
    : 'Let the old key be deactivated before it was silent long enough.';
}
