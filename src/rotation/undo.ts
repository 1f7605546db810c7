import type { Rotation, RotationState } from '../domain/rotation.ts';

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
