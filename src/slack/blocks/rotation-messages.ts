import type { ReadyToRead, RotationCard } from '../../domain/rotation-card.ts';
import { doing } from '../../domain/rotation-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, section } from './elements.ts';
import {
  ROTATION_DETAILS,
  ROTATION_REACTIVATE,
  ROTATION_SNIPPETS,
  ROTATION_WAIT,
  ROTATION_WELL,
  rotationButton,
} from './rotation-buttons.ts';
import { brief, code, escape, words } from './mrkdwn.ts';

/** To an owner when the new key is delivered: what to take up. */
export function rotationCutover(card: RotationCard, ready: readonly ReadyToRead[]): Message {
  const { rotation, destinationNames } = card;
  const { oldKeyId, newKeyId, snapshot } = rotation;
  const places = ready.map(
    ({ destinationId, where }) =>
      `• ${brief(destinationNames.get(destinationId) ?? destinationId, 80)}: ${brief(where, 200)}`,
  );
  return {
    text: escape(`Take up the new access key of ${snapshot.userName}`),
    blocks: [
      section(
        `*A new access key of ${brief(snapshot.userName, 90)} is ready.* It replaces ${code(oldKeyId)} with ${code(newKeyId ?? 'unknown')}. Reload what uses it, from:`,
      ),
      section(places.slice(0, 10).join('\n')),
      actions('rotation.cutover', [
        rotationButton('Snippets', ROTATION_SNIPPETS, rotation, 'primary'),
        rotationButton('Wait…', ROTATION_WAIT, rotation),
        rotationButton('Details', ROTATION_DETAILS, rotation),
      ]),
    ],
  };
}

/** Ten minutes after the old key was deactivated. */
export function rotationQuestion({ rotation }: RotationCard): Message {
  const { oldKeyId, snapshot } = rotation;
  return {
    text: escape(`Anything broken? ${oldKeyId} of ${snapshot.userName} is Inactive`),
    blocks: [
      section(
        `*Anything broken?* The old key ${code(oldKeyId)} of ${brief(snapshot.userName, 90)} is Inactive since ten minutes.`,
      ),
      actions('rotation.question', [
        rotationButton('All is well', ROTATION_WELL, rotation),
        rotationButton('Reactivate', ROTATION_REACTIVATE, rotation, 'danger'),
      ]),
    ],
  };
}

/** That it is done or undone. */
export function rotationEnd({ rotation, now }: RotationCard): Message {
  const { oldKeyId, snapshot } = rotation;
  const what = doing(rotation, now);
  return {
    text: escape(`Rotation of ${oldKeyId} of ${snapshot.userName}: ${what}`),
    blocks: [
      section(`*Rotation of ${code(oldKeyId)} of ${brief(snapshot.userName, 90)}*\n${words(what)}`),
      actions('rotation.end', [rotationButton('Details', ROTATION_DETAILS, rotation)]),
    ],
  };
}
