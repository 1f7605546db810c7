import type { KnownBlock } from '@slack/types';
import type { RotationCard, RotationLine } from '../../domain/rotation-card.ts';
import { doing, whoDecides } from '../../domain/rotation-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, context, fields, header, section } from './elements.ts';
import { brief, code, escape, moment, person, words } from './mrkdwn.ts';
import { ROTATION_DETAILS, rotationButton } from './rotation-buttons.ts';

/** The one message of a rotation; it is edited as the rotation goes on. */
export function rotationCard(card: RotationCard): Message {
  const { rotation, now } = card;
  const { snapshot, oldKeyId, newKeyId, requestedBy, reason } = rotation;
  const who = whoDecides(rotation);
  const blocks: KnownBlock[] = [
    header(`Rotation of a key of ${snapshot.userName}`),
    section(`*${words(doing(rotation, now))}*${who === null ? '' : `\n${words(who)}`}`),
    fields([
      ['Old key', code(oldKeyId)],
      ['New key', newKeyId === null ? 'not made yet' : code(newKeyId)],
      ['Asked for by', requestedBy === null ? 'policy' : person(requestedBy)],
      ['Reason', reason === '' ? 'none given' : brief(reason, 500)],
    ]),
    actions('rotation.buttons', [rotationButton('Details', ROTATION_DETAILS, rotation)]),
    context(`As of ${moment(now)}`),
  ];
  return { text: escape(`Rotation of ${oldKeyId} of ${snapshot.userName}: ${doing(rotation, now)}`), blocks };
}

/** One step, for the thread of the card. */
export function rotationLine({ at, by, what }: RotationLine): Message {
  return {
    text: escape(what),
    blocks: [section(brief(what, 2_000)), context(`${by === null ? 'Rekey' : person(by)} · ${moment(at)}`)],
  };
}
