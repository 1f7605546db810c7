import type { Button } from '@slack/types';
import type { BlockChoice, Rotation } from '../../domain/rotation.ts';
import { button } from './elements.ts';

/** Each button carries {@link rotationValue}. */
export const ROTATION_DETAILS = 'rotation.details';
export const ROTATION_SNIPPETS = 'rotation.snippets';
export const ROTATION_UNDO = 'rotation.undo';
export const ROTATION_WAIT = 'rotation.wait';
export const ROTATION_END_WAIT = 'rotation.end_wait';
export const ROTATION_HURRY = 'rotation.hurry';
export const ROTATION_REACTIVATE = 'rotation.reactivate';
export const ROTATION_WELL = 'rotation.well';

/** The choices of a block, each with an action of its own. */
export const ROTATION_CHOICES: Readonly<Record<BlockChoice, string>> = {
  retry: 'rotation.retry',
  undo: 'rotation.choose_undo',
  go_on: 'rotation.go_on',
  orphan_is_ours: 'rotation.ours',
  orphan_is_not_ours: 'rotation.not_ours',
  reactivate: 'rotation.choose_reactivate',
  approve: 'rotation.approve',
  stop: 'rotation.stop',
};

/** Which rotation, and the state in which the person saw it. */
export function rotationValue({ id, stateAt }: Pick<Rotation, 'id' | 'stateAt'>): string {
  return `${id}:${stateAt}`;
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
