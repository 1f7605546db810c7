import type { Button } from '@slack/types';
import type { BlockCode, Rotation } from '../../domain/rotation.ts';
import { actsOf, type RotationAct } from '../../domain/rotation-acts.ts';
import { button } from './elements.ts';

/** Each button carries {@link rotationValue}. */
export const ROTATION_DETAILS = 'rotation.details';
export const ROTATION_SNIPPETS = 'rotation.snippets';
export const ROTATION_WELL = 'rotation.well';

/** The acts that have a button, and what it says; an ellipsis means that a window asks first. */
const LABELS: Readonly<Record<RotationAct, string>> = {
  retry: 'Try again',
  go_on: 'Go on…',
  orphan_is_ours: 'It is Rekey’s…',
  orphan_is_not_ours: 'It is not Rekey’s…',
  leave_place: 'Leave it as it is…',
  keep_new: 'Keep the new key…',
  approve: 'Delete the old key…',
  reactivate: 'Reactivate',
  undo: 'Undo',
  stop: 'End here…',
  hurry: 'Deactivate now…',
  wait: 'Wait…',
  end_wait: 'End wait',
};

/** What “go on” means where a rotation was stopped. */
const GO_ON: Partial<Record<BlockCode, string>> = {
  keys_changed: 'Accept these keys…',
  undo_failed: 'The old key is back…',
  quarantined: 'Leave it Inactive…',
  too_long: 'Deactivate now…',
};

export const ACT_STYLES: Partial<Record<RotationAct, 'primary' | 'danger'>> = {
  retry: 'primary',
  reactivate: 'danger',
  approve: 'danger',
  hurry: 'danger',
};

export function rotationActionId(act: RotationAct): string {
  return `rotation.${act}`;
}

export function actLabel(act: RotationAct, { block }: Pick<Rotation, 'block'>): string {
  const goOn = act === 'go_on' && block !== null ? GO_ON[block.code] : undefined;
  return goOn ?? LABELS[act];
}

/** Which rotation, as it was when the button was drawn. */
export function rotationValue({ id, stateAt }: Pick<Rotation, 'id' | 'stateAt'>): string {
  return `${id}:${stateAt}`;
}

/** What a button's value says; null for one that is none of ours. */
export function parseRotationValue(value: string): { rotationId: string; stateAt: number } | null {
  const [rotationId = '', stateAt = '', rest] = value.split(':');
  if (rotationId === '' || !/^\d{1,16}$/.test(stateAt) || rest !== undefined) return null;
  return { rotationId, stateAt: Number(stateAt) };
}

export function rotationButton(
  label: string,
  actionId: string,
  rotation: Rotation,
  style?: 'primary' | 'danger',
): Button {
  return button(label, actionId, {
    value: rotationValue(rotation),
    about: `${label}: ${rotation.oldKeyId} of ${rotation.snapshot.userName}`,
    ...(style === undefined ? {} : { style }),
  });
}

/** A button for everything that can be done to a rotation as it stands. */
export function actButtons(rotation: Rotation, now: number): Button[] {
  return actsOf(rotation, now).map((act) =>
    rotationButton(actLabel(act, rotation), rotationActionId(act), rotation, ACT_STYLES[act]),
  );
}
