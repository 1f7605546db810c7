import type { KnownBlock } from '@slack/types';
import {
  deletionTitle,
  inactiveWords,
  isOpenDeletion,
  type DeletionCard,
} from '../../domain/key-deletion.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, button, confirm, context, fields, section } from './elements.ts';
import { accountText, ownerText } from './keys.ts';
import { brief, code, cut, escape, moment, person, words } from './mrkdwn.ts';

/** Each carries the key and the id of the wish. */
export const DELETION_APPROVE = 'deletion.approve';
export const DELETION_DECLINE = 'deletion.decline';

const NO_UNDO = 'Deleting cannot be undone: AWS keeps nothing of the key, and nobody can make it again.';

/** The one message about a deletion: asks a second person, then says how it ended. */
export function deletionMessage(card: DeletionCard): Message {
  const { deletion } = card;
  const { accessKeyId, userName } = deletion;
  return {
    text: escape(cut(`${deletionTitle(deletion)} ${accessKeyId} of ${cut(userName, 64)}`, 300)),
    blocks: [...deletionBlocks(card), ...buttons(card)],
  };
}

/** What the message and the window say alike. */
export function deletionBlocks({ deletion, ownership, accountName, now }: DeletionCard): KnownBlock[] {
  const { accessKeyId, accountId, userName, askedBy, askedAt, reason, seen, decidedBy, decidedAt, state } =
    deletion;
  const names = new Map(accountName === accountId ? [] : [[accountId, accountName]]);
  const others = seen?.others ?? [];
  const decided =
    decidedBy === null || decidedAt === null
      ? []
      : [
          `${state === 'declined' ? 'Declined' : 'Approved'} by ${person(decidedBy)} at ${moment(decidedAt)}.`,
        ];
  return [
    section(`*${words(deletionTitle(deletion))}*\n*${brief(userName, 90)}* · ${code(accessKeyId)}`),
    ...standing(deletion),
    fields([
      ['Account', accountText(accountId, names)],
      ['Owner', ownership === null ? 'not worked out' : ownerText(ownership)],
      ['Inactive', words(inactiveWords(deletion, now))],
      ['Last use', seen === null ? 'being read' : words(cut(seen.lastUse, 300))],
      [
        'Other keys of the user',
        others.length === 0
          ? seen === null
            ? 'being read'
            : 'none'
          : cut(others.map((each) => `${code(each.accessKeyId)} ${words(each.status)}`).join('\n'), 500),
      ],
    ]),
    section(`Asked by ${person(askedBy)} at ${moment(askedAt)}: ${brief(reason, 500)}`),
    ...(decided.length === 0 ? [] : [section(decided.join(' '))]),
    ...(state === 'asked'
      ? [context(`${NO_UNDO} Any admin but ${person(askedBy)} may approve; AWS is read once more before it.`)]
      : []),
  ];
}

/** Why it ended so, or what it waits for. */
function standing({ state, why, next }: DeletionCard['deletion']): KnownBlock[] {
  if (why === null) return [];
  const then = next === null || isOpenDeletion({ state }) ? '' : `\n${brief(next, 600)}`;
  return [section(`${brief(why, 900)}${then}`)];
}

function buttons({ deletion }: DeletionCard): KnownBlock[] {
  const { state, accessKeyId, id, userName } = deletion;
  if (state !== 'asked') return [];
  const value = `${accessKeyId}:${id}`;
  const whose = `${accessKeyId} of ${cut(userName, 30)}`;
  return [
    actions('deletion.actions', [
      button('Approve', DELETION_APPROVE, {
        value,
        style: 'danger',
        about: `Approve the deletion of ${whose}`,
        confirm: confirm(
          'Delete this key for good?',
          `${code(accessKeyId)} is deleted in AWS now. There is no Undo.`,
          'Delete for good',
          true,
        ),
      }),
      button('Decline', DELETION_DECLINE, { value, about: `Decline the deletion of ${whose}` }),
    ]),
  ];
}

/** How it ended, for the thread: edits reach nobody. */
export function deletionLine({ deletion }: DeletionCard): Message {
  const { askedBy, why, accessKeyId } = deletion;
  const title = deletionTitle(deletion);
  return {
    text: escape(`${title}: ${accessKeyId}`),
    blocks: [
      section(
        `${person(askedBy)} *${words(title)}* (${code(accessKeyId)})${why === null ? '.' : `: ${brief(why, 900)}`}`,
      ),
    ],
  };
}
