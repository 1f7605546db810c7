import type { KnownBlock } from '@slack/types';
import type { ReadyToRead, RotationCard } from '../../domain/rotation-card.ts';
import { doing } from '../../domain/rotation-words.ts';
import { counted, lengthWords, spanWords } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, context, section } from './elements.ts';
import { brief, code, escape, moment, wholeLines, words } from './mrkdwn.ts';
import {
  actButtons,
  ROTATION_DETAILS,
  ROTATION_SNIPPETS,
  ROTATION_WELL,
  rotationActionId,
  rotationButton,
} from './rotation-buttons.ts';
import { SNIPPETS_NOTE, snippetBlocks, toolsOf } from './rotation-snippets.ts';

/** What a message shows of ready text; the button shows all of it. */
const ROOM = 8_000;

/** To an owner when the new key is delivered: what to take up, and from where. */
export function rotationCutover(card: RotationCard, ready: readonly ReadyToRead[]): Message {
  const { rotation, destinationNames } = card;
  const { oldKeyId, newKeyId, snapshot, quietMs } = rotation;
  const places = ready.map(
    ({ destinationId, where }) =>
      `• *${brief(destinationNames.get(destinationId) ?? destinationId, 80)}*: ${brief(where, 200)}`,
  );
  const shown = wholeLines(places, 2_400);
  const more = places.length - shown.length;
  return {
    text: escape(`Take up the new access key of ${snapshot.userName}`),
    blocks: [
      section(
        `*A new access key of ${brief(snapshot.userName, 90)} is ready:* ${code(newKeyId ?? 'unknown')} replaces ${code(oldKeyId)}.\n` +
          `Reload what uses it, from:\n${[...shown, ...(more > 0 ? [`and ${counted(more, 'more destination')}`] : [])].join('\n')}`,
      ),
      section(
        `The old key works until nobody has used it for ${lengthWords(quietMs)}. If you need longer, say *Wait*: nothing is made Inactive or deleted before then.`,
      ),
      ...fitting(snippetBlocks(ready, destinationNames, toolsOf(ready)[0] ?? null), ROOM),
      context(SNIPPETS_NOTE),
      actions('rotation.cutover', [
        rotationButton('Snippets', ROTATION_SNIPPETS, rotation, 'primary'),
        rotationButton('Wait…', rotationActionId('wait'), rotation),
        rotationButton('Details', ROTATION_DETAILS, rotation),
      ]),
    ],
  };
}

/** The blocks in front, as long as there is room. */
function fitting(blocks: readonly KnownBlock[], room: number): KnownBlock[] {
  let size = 0;
  const over = blocks.findIndex((block) => (size += JSON.stringify(block).length) > room);
  return over < 0 ? [...blocks] : blocks.slice(0, over);
}

/** Ten minutes after the old key was deactivated. */
export function rotationQuestion({ rotation }: RotationCard): Message {
  const { oldKeyId, snapshot, deactivatedAt, soakMs, stateAt } = rotation;
  const since = deactivatedAt ?? stateAt;
  return {
    text: escape(`Anything broken? ${oldKeyId} of ${snapshot.userName} is Inactive`),
    blocks: [
      section(
        `*Anything broken?* The old key ${code(oldKeyId)} of ${brief(snapshot.userName, 90)} is Inactive since ${moment(since)}. ` +
          `What still used it fails now with \`InvalidClientTokenId\` or “The security token included in the request is invalid”.`,
      ),
      context(
        `*Reactivate* makes it work again within seconds; it exists until the key is deleted, not before ${moment(since + soakMs)}.`,
      ),
      actions('rotation.question', [
        rotationButton('All is well', ROTATION_WELL, rotation),
        rotationButton('Reactivate', rotationActionId('reactivate'), rotation, 'danger'),
        rotationButton('Details', ROTATION_DETAILS, rotation),
      ]),
    ],
  };
}

/** That it is done or undone. */
export function rotationEnd(card: RotationCard): Message {
  const { rotation, now } = card;
  const { oldKeyId, newKeyId, snapshot, createdAt, endedAt, state } = rotation;
  const took = endedAt === null ? '' : ` It took ${spanWords(endedAt - createdAt)}.`;
  const keys =
    state === 'done'
      ? `${code(newKeyId ?? 'unknown')} is in place of ${code(oldKeyId)}.`
      : `${code(oldKeyId)} is as it was.`;
  return {
    text: escape(`Rotation of ${oldKeyId} of ${snapshot.userName}: ${doing(rotation, now)}`),
    blocks: [
      section(
        `*Rotation of a key of ${brief(snapshot.userName, 90)}*\n${words(doing(rotation, now))} ${keys}${took}`,
      ),
      actions('rotation.end', [
        ...actButtons(rotation, now),
        rotationButton('Details', ROTATION_DETAILS, rotation),
      ]),
    ],
  };
}

/** The question after somebody answered it; what turns up later can still be mended. */
export function rotationAnswered({ rotation }: RotationCard, said: string): Message {
  const { oldKeyId, snapshot } = rotation;
  return {
    text: escape(`${oldKeyId} of ${snapshot.userName}: all is well`),
    blocks: [
      section(
        `*${code(oldKeyId)} of ${brief(snapshot.userName, 90)} is Inactive.* ${said} If something turns up later:`,
      ),
      actions('rotation.answered', [
        rotationButton('Reactivate', rotationActionId('reactivate'), rotation),
        rotationButton('Details', ROTATION_DETAILS, rotation),
      ]),
    ],
  };
}
