import type { KnownBlock } from '@slack/types';
import type { LeakCard, LeakedKey, SeenMessage } from '../../domain/leak.ts';
import { counted } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { button, context, section } from './elements.ts';
import { accountText, KEY_DEACTIVATE, ownerText } from './keys.ts';
import { brief, channel, code, cut, escape, moment, person, words } from './mrkdwn.ts';

/** Keys with a line and a button of their own; those that work come first. */
const SHOWN_KEYS = 8;

/** The alert about a message that gives keys away. */
export function leakAlert(card: LeakCard): Message {
  const { severity, secretAlone, keys } = card;
  const word = `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`;
  return {
    text: escape(cut(`${word}: ${whatWords(card)} in a channel`, 300)),
    blocks: [
      section(`*${word}: ${words(whatWords(card))} in a channel*\n${placeText(card)}`),
      ...(card.end === null ? [] : [section(endText(card))]),
      ...keyBlocks(card),
      ...(secretAlone
        ? [
            section(
              'A secret access key stands there without its key ID, so nobody can tell whose it is. Ask the author; then deactivate or rotate that key.',
            ),
          ]
        : []),
      ...adviceBlocks(keys),
      context(
        `${toldText(card)} Only the author (or an admin of the workspace) can delete the message. Rekey keeps its place and the key IDs, no word of it, and does not try secrets.`,
      ),
    ],
  };
}

function whatWords({ keys, more, secretAlone }: Pick<LeakCard, 'keys' | 'more' | 'secretAlone'>): string {
  const [first] = keys;
  const count = keys.length + more;
  if (first === undefined) return secretAlone ? 'a secret access key was posted' : 'access keys were posted';
  if (count > 1) return `${counted(count, 'access key')} with their secrets were posted`;
  return first.kind === 'session'
    ? `the temporary key ${first.accessKeyId} with its secret was posted`
    : `the access key ${first.accessKeyId} with its secret was posted`;
}

/** Where and by whom. */
function placeText({ message, link, seenAt }: LeakCard): string {
  const { channelId, shared, threadTs, ts } = message;
  const what = threadTs === null || threadTs === ts ? 'message' : 'reply';
  const shown = link === null ? `A ${what}` : `<${link}|The ${what}>`;
  const outside = shared ? ', which is *shared with another organization*' : '';
  return `${shown} ${authorText(message)} in ${channel(channelId)}${outside}, seen ${moment(seenAt)}`;
}

function authorText({ author }: SeenMessage): string {
  switch (author.kind) {
    case 'person':
      return `of ${person(author.userId)}${author.foreign ? ' (of another organization)' : ''}`;
    case 'app':
      return `of the app ${brief(author.name, 100)}`;
    case 'nobody':
      return 'of an unknown author';
  }
}

function keyBlocks({ keys, more }: LeakCard): KnownBlock[] {
  const shown = keys.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, SHOWN_KEYS);
  const left = keys.length - shown.length + more;
  return [
    ...shown.map((key) =>
      mayContain(key)
        ? section(
            keyText(key),
            button('Deactivate', KEY_DEACTIVATE, {
              value: key.accessKeyId,
              style: 'danger',
              about: `Deactivate ${key.accessKeyId}`,
            }),
          )
        : section(keyText(key)),
    ),
    ...(left > 0
      ? [section(`${left} more: read the message, and use \`/aws-deactivate KEY\` for each.`)]
      : []),
  ];
}

/** What can be shut off from here and works comes first. */
function rankOf(key: LeakedKey): number {
  if (!mayContain(key)) return 3;
  if (key.known?.status === 'Active') return 0;
  return key.known === null ? 1 : 2;
}

/** The ID of an old key does not tell its account: every connected one is asked then. */
function mayContain({ kind, accountName, accountId, known, decoyOf }: LeakedKey): boolean {
  if (kind === 'session' || decoyOf !== null || known?.status === 'gone') return false;
  return accountName !== null || accountId === null;
}

function keyText(key: LeakedKey): string {
  const { accessKeyId, accountId, accountName, known, kind, decoyOf } = key;
  const names = new Map(accountId === null || accountName === null ? [] : [[accountId, accountName]]);
  const account =
    accountId === null ? 'account not told by its ID' : `account ${accountText(accountId, names)}`;
  const facts = [
    account,
    ...(known === null ? [] : [statusText(known.status), `Owner ${ownersOf(known)}`]),
    ...(known === null && kind === 'key' && accountName !== null ? ['not among the keys read last'] : []),
    ...(accountName === null && accountId !== null && decoyOf === null ? ['nothing connects to it'] : []),
    ...(decoyOf === null ? [] : [`a trap of ${words(decoyOf)}: its use raises an alarm there`]),
  ];
  const user = known === null ? '' : ` of *${brief(known.userName, 90)}*`;
  return `${code(accessKeyId)}${user}\n${facts.join(' · ')}`;
}

function statusText(status: NonNullable<LeakedKey['known']>['status']): string {
  return status === 'gone' ? 'no longer exists' : status;
}

function ownersOf({ ownership }: NonNullable<LeakedKey['known']>): string {
  return ownership === null ? 'unknown' : ownerText(ownership);
}

/** What to do, for each kind of key that is there. */
function adviceBlocks(keys: readonly LeakedKey[]): KnownBlock[] {
  const lines = [
    ...(keys.some(mayContain)
      ? ['• Whoever can read the channel can use the key. *Deactivate* shuts it off; *Undo* gives it back.']
      : []),
    ...(keys.some(({ kind }) => kind === 'session')
      ? [
          '• A temporary key cannot be switched off by itself and ends within 36 hours. Deactivate, as stolen, the long-term key it was made from: that denies its user, sessions too; for one of a role, revoke the role’s sessions in the IAM console.',
        ]
      : []),
    ...(keys.some(({ kind, accountName, accountId, decoyOf }) => {
      return kind === 'key' && accountName === null && accountId !== null && decoyOf === null;
    })
      ? [
          '• Where nothing connects to the account, Rekey cannot act: whoever runs it makes the key Inactive in its IAM console and attaches AWSDenyAll to its user. An admin can connect it with `/aws-connect`.',
        ]
      : []),
  ];
  return lines.length === 0 ? [] : [section(`*What to do*\n${lines.join('\n')}`)];
}

function toldText({ told, message }: LeakCard): string {
  switch (told) {
    case 'direct':
      return 'The author is asked in a direct message to delete it.';
    case 'in_channel':
      return 'The author is asked in the channel, in words nobody else sees, to delete it.';
    case 'not':
      return message.author.kind === 'app'
        ? 'An app wrote it and cannot be asked: whoever runs it should see to it that it prints no keys.'
        : 'The author could not be told.';
  }
}

function endText({ end }: LeakCard): string {
  if (end === null) return '';
  const said =
    end.what === 'deleted'
      ? `*Message deleted* ${moment(end.at)}.`
      : `*Message edited* ${moment(end.at)}: no secret of a key stands in it any more.`;
  return `${said} Whoever read it before has the key all the same: it is as exposed as it was.`;
}

/** For the thread of the alert that told of the same keys. */
export function leakAgain(card: LeakCard): Message {
  const ids = card.keys.slice(0, SHOWN_KEYS).map(({ accessKeyId }) => code(accessKeyId));
  const more = card.keys.length + card.more - ids.length;
  const which = [...ids, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return {
    text: escape(cut(`Posted again: ${whatWords(card)}`, 300)),
    blocks: [section(`*Posted again*: ${which}\n${placeText(card)}`), context(toldText(card))],
  };
}

/** What became of the message, for the thread. */
export function leakEnd(card: LeakCard): Message {
  const { end, link } = card;
  if (end === null) {
    const back = `The key stands in ${link === null ? 'the message' : `<${link}|the message>`} again.`;
    return { text: 'The key stands in the message again.', blocks: [section(back)] };
  }
  return {
    text: end.what === 'deleted' ? 'Message deleted' : 'Message edited: no secret is in it any more',
    blocks: [section(endText(card))],
  };
}

/** To the author, in private. */
export function leakToAuthor(card: LeakCard): Message {
  const { keys, message, link } = card;
  const ids = keys.slice(0, SHOWN_KEYS).map(({ accessKeyId }) => code(accessKeyId));
  const more = keys.length + card.more - ids.length;
  const which =
    ids.length === 0
      ? 'what looks like an AWS secret access key'
      : `the secret of ${[...ids, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`;
  const shown = link === null ? 'Your message' : `<${link}|Your message>`;
  return {
    text: 'Your message shows an AWS secret access key: please delete it',
    blocks: [
      section(
        `${shown} in ${channel(message.channelId)} shows ${which}. *Please delete it now*: Rekey cannot.`,
      ),
      section(
        'Deleting it does not make the key safe: whoever reads the channel may have it. The alert channel was told where the message is, so that the key can be shut off and replaced. No word of your message was kept.',
      ),
      context(
        'Is it no real key? Then nothing happens by itself. Secrets belong into a secret store; `/aws-connect` and `/aws-rotate` take or deliver keys in private.',
      ),
    ],
  };
}

/** That an author posts more than is told one by one. */
export function leakFlood(message: SeenMessage, mostAnHour: number): Message {
  const said = `More than ${mostAnHour} messages ${authorText(message)} showed access keys within an hour`;
  return {
    text: escape(`More than ${mostAnHour} messages of one author showed access keys within an hour`),
    blocks: [
      section(
        `*${said}*, lately in ${channel(message.channelId)}. Until the hour is over, only Active keys of connected accounts are told one by one.`,
      ),
    ],
  };
}
