import type { KnownBlock } from '@slack/types';
import type { RotationCard, RotationLine } from '../../domain/rotation-card.ts';
import { isFinal, type Rotation } from '../../domain/rotation.ts';
import { troubleOf } from '../../domain/rotation-trouble.ts';
import { statusName } from '../../domain/key-words.ts';
import { doing, stateName, whoDecides } from '../../domain/rotation-words.ts';
import { lengthWords } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, context, fields, header, section } from './elements.ts';
import { brief, code, cut, escape, group, moment, person, wholeLines, words } from './mrkdwn.ts';
import { actButtons, ROTATION_DETAILS, ROTATION_SNIPPETS, rotationButton } from './rotation-buttons.ts';
import { placesText } from './rotation-places.ts';
import { progressText } from './rotation-progress.ts';
import { NEVER_SEEN, seenText, useText } from './rotation-use.ts';
import { waitsText } from './rotation-waits.ts';

/** How many users of the old key a card names; Details shows more. */
const SHOWN_USERS = 6;

/** The one message of a rotation; it is edited as the rotation goes on. */
export function rotationCard(card: RotationCard): Message {
  const { rotation, now } = card;
  const { snapshot, oldKeyId, state } = rotation;
  return {
    text: escape(cut(`Rotation of ${oldKeyId} of ${snapshot.userName}: ${stateName(state)}`, 300)),
    blocks: [
      header(`Rotation of a key of ${snapshot.userName}`),
      ...stateBlocks(card),
      fields(factsOf(card)),
      ...blockBlocks(rotation),
      ...placeBlocks(card),
      ...useBlocks(card),
      actions('rotation.buttons', [
        ...actButtons(rotation, now),
        ...(hasSnippets(rotation) ? [rotationButton('Snippets', ROTATION_SNIPPETS, rotation)] : []),
        rotationButton('Details', ROTATION_DETAILS, rotation),
      ]),
      context(
        `Last change ${moment(now)}${isFinal(state) ? '' : '. This message changes as the rotation goes on; its thread tells each step'}.`,
      ),
    ],
  };
}

/** What it does, what that waits for, and how far it is. */
export function stateBlocks(card: RotationCard): KnownBlock[] {
  const { rotation, now } = card;
  const trouble = troubleOf(rotation);
  const waits = waitsText(card);
  // What is said of a wait, of trouble and of a block has a place of its own.
  const does = words(doing({ ...rotation, block: null, wait: null, trouble: null }, now));
  return [
    section([`*${does}*`, ...(waits === null ? [] : [waits])].join('\n')),
    ...(trouble === null
      ? []
      : [section(`*Trouble since ${moment(trouble.since)}:* ${brief(trouble.why, 500)}`)]),
    context(progressText(rotation)),
  ];
}

/** Which keys, whose, and who wanted it. */
export function factsOf({
  rotation,
  accountName,
  ownConnectionName,
  newUse,
}: RotationCard): [label: string, value: string][] {
  const { accountId, oldKeyId, newKeyId, requestedBy, reason, trigger } = rotation;
  const account = accountName === null ? code(accountId) : `${brief(accountName, 90)} (${code(accountId)})`;
  const asked = trigger === 'policy' || requestedBy === null ? 'policy' : person(requestedBy);
  return [
    ['Old key', `${code(oldKeyId)}, ${oldKeyWords(rotation)}`],
    ['New key', newKeyId === null ? 'not made yet' : `${code(newKeyId)}, ${newKeyWords(rotation, newUse)}`],
    [
      'Account',
      ownConnectionName === null
        ? account
        : `${account}; this is the key with which Rekey signs for *${brief(ownConnectionName, 90)}*`,
    ],
    ['Asked for by', `${asked}${reason === '' ? '' : `: ${brief(reason, 300)}`}`],
  ];
}

function oldKeyWords({ state, block, deactivatedAt, snapshot, oldKeyId }: Rotation): string {
  const at = block?.from ?? state;
  if (at === 'deleted' || at === 'done') return 'deleted';
  if (deactivatedAt !== null) return `Inactive since ${moment(deactivatedAt)}`;
  if (at === 'deactivated' || at === 'soaking') return 'being made Inactive';
  const key = snapshot.keys.find(({ accessKeyId }) => accessKeyId === oldKeyId);
  return key?.status === 'Active' ? 'works' : (key?.status ?? 'unknown');
}

function newKeyWords({ state, newKeyId, orphans }: Rotation, use: RotationCard['newUse']): string {
  const orphan = orphans.find(({ accessKeyId }) => accessKeyId === newKeyId);
  if (orphan !== undefined) return orphan.deletedAt === null ? 'being removed' : 'deleted';
  return state === 'creating' || state === 'verifying' ? 'just made' : seenText(use);
}

/** Why it stopped, who may decide, and which keys it is about. */
export function blockBlocks(rotation: Rotation): KnownBlock[] {
  const { block } = rotation;
  if (block === null) return [];
  const keys = (block.seen ?? []).map(
    ({ accessKeyId, status, createdAt }) =>
      `• ${code(accessKeyId)}: ${words(statusName(status))}, ${createdAt === null ? 'age unknown' : `made ${moment(createdAt)}`}`,
  );
  const about = block.keyIds.slice(0, 8).map(code).join(', ');
  return [
    section(`*Why:* ${brief(block.why, 1_200)}\n*Who decides:* ${words(whoDecides(rotation) ?? '')}`),
    ...(keys.length > 0
      ? [section(['*The user’s keys as they were found*', ...wholeLines(keys.slice(0, 8), 2_000)].join('\n'))]
      : about === ''
        ? []
        : [context(`It is about ${about}.`)]),
  ];
}

function placeBlocks({ rotation, destinationNames }: RotationCard): KnownBlock[] {
  if (rotation.deliveries.length === 0) return [];
  return [section(`*Destinations*\n${placesText(rotation.deliveries, destinationNames)}`)];
}

function useBlocks({ rotation, oldUse }: RotationCard): KnownBlock[] {
  if (rotation.cutoverAt === null || oldUse === null || isFinal(rotation.state)) return [];
  return [
    section(`*Who used the old key since the new one was delivered*\n${useText(oldUse, SHOWN_USERS)}`),
    context(NEVER_SEEN),
  ];
}

/** Whether there is a place from which the new key can be read. */
export function hasSnippets({ cutoverAt, deliveries, state }: Rotation): boolean {
  return cutoverAt !== null && deliveries.length > 0 && state !== 'undone' && state !== 'undoing';
}

/** Quiet window and soak in words. */
export function windowsText({ quietMs, soakMs }: Pick<Rotation, 'quietMs' | 'soakMs'>): string {
  return `The old key must be silent for ${lengthWords(quietMs)} before it is made Inactive, and stays Inactive for ${lengthWords(soakMs)} before it is deleted.`;
}

/** One step, for the thread of the card. */
export function rotationLine({ at, by, what, mentions = [] }: RotationLine): Message {
  const groups = mentions.slice(0, 20).map(group);
  return {
    text: escape(cut(what, 300)),
    blocks: [
      section([brief(what, 2_000), ...groups].join(' ')),
      context(`${by === null ? 'Rekey' : person(by)} · ${moment(at)}`),
    ],
  };
}
