import type { KnownBlock } from '@slack/types';
import type { Finding } from '../../domain/finding.ts';
import {
  ageWords,
  findingWords,
  kindWords,
  lastUseWords,
  ownerSourceWords,
  statusWords,
} from '../../domain/key-words.ts';
import { isAtLeast } from '../../domain/notice.ts';
import type { OwnerRef, Ownership } from '../../domain/owner.ts';
import { dayWords } from '../../domain/time-words.ts';
import type { KeyRow } from '../../ports/inventory.ts';
import { actions, button, option, overflow, section } from './elements.ts';
import { brief, code, group, person, words } from './mrkdwn.ts';

/** Each carries an access key id and nothing else. */
export const KEY_DETAILS = 'key.details';
export const KEY_ROTATE = 'key.rotate';
export const KEY_SNOOZE = 'key.snooze';
export const KEY_DEACTIVATE = 'key.deactivate';
export const KEY_DELETE = 'key.delete';
/** Its options carry `details:ID`, `rotate:ID`, `snooze:ID`, `deactivate:ID` or `delete:ID`. */
export const KEY_MENU = 'key.menu';

const SHOWN_FINDINGS = 3;
const SHOWN_OWNERS = 3;
const WHY = 140;

export interface KeyRowOptions {
  /** What accounts are called, by account id. */
  readonly names: ReadonlyMap<string, string>;
  /** `menu`: one menu beside the row; `buttons`: Rotate, Snooze and Details below it. */
  readonly actions: 'menu' | 'buttons' | 'none';
  /** The account goes without saying. */
  readonly oneAccount?: boolean;
}

/** One key in a list: one block, or two with buttons. Never longer than 1,200 characters. */
export function keyRow(row: KeyRow, now: number, options: KeyRowOptions): KnownBlock[] {
  const { accessKeyId, userName } = row.key;
  const text = keyText(row, now, options);
  switch (options.actions) {
    case 'menu':
      return [section(text, keyMenu(row))];
    case 'buttons':
      return [
        section(text),
        actions(`key.${accessKeyId}`, [
          button('Rotate', KEY_ROTATE, { value: accessKeyId, about: `Rotate ${accessKeyId} of ${userName}` }),
          button('Snooze', KEY_SNOOZE, { value: accessKeyId, about: `Snooze ${accessKeyId} of ${userName}` }),
          button('Details', KEY_DETAILS, {
            value: accessKeyId,
            about: `Details of ${accessKeyId} of ${userName}`,
          }),
        ]),
      ];
    case 'none':
      return [section(text)];
  }
}

function keyMenu({ key: { accessKeyId }, standing }: KeyRow): ReturnType<typeof overflow> {
  const proposed = standing?.findings.some(({ propose }) => propose === 'delete') === true;
  return overflow(KEY_MENU, [
    option('Details', `details:${accessKeyId}`),
    option('Rotate', `rotate:${accessKeyId}`),
    option('Snooze', `snooze:${accessKeyId}`),
    option('Deactivate', `deactivate:${accessKeyId}`),
    // At most five options fit into such a menu.
    ...(proposed ? [option('Delete', `delete:${accessKeyId}`)] : []),
  ]);
}

/** The words of a row: which key, how old and how used, whose, and what is found. */
export function keyText(
  { key, standing }: KeyRow,
  now: number,
  { names, oneAccount }: Pick<KeyRowOptions, 'names' | 'oneAccount'>,
): string {
  const kind = standing === null || standing.kind.kind === 'ordinary' ? null : kindWords(standing.kind);
  const facts = [
    ...(oneAccount === true ? [] : [accountText(key.accountId, names)]),
    words(statusWords(key, now)),
    words(ageWords(key.createdAt, now)),
    brief(lastUseWords(key.lastUse), 240),
  ];
  const owner = standing === null ? 'not worked out yet' : ownerText(standing.ownership);
  const snoozed =
    standing?.snoozedUntil === null || standing === null || standing.snoozedUntil <= now
      ? []
      : [`snoozed until ${dayWords(standing.snoozedUntil)}`];
  return [
    [`*${brief(key.userName, 90)}*`, code(key.accessKeyId), ...(kind === null ? [] : [words(kind)])].join(
      ' · ',
    ),
    facts.join(' · '),
    [`Owner ${owner}`, ...snoozed].join(' · '),
    ...findingLines(standing?.findings ?? [], now),
  ].join('\n');
}

function findingLines(findings: readonly Finding[], now: number): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, SHOWN_FINDINGS).map((finding) => {
    const text = words(findingWords(finding, now));
    return isAtLeast(finding.severity, 'high') ? `*${text}*` : text;
  });
  const more = findings.length - shown.length;
  return [`→ ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join(' · ')}`];
}

/** `Production (123456789012)`, or the id alone where nothing is connected. */
export function accountText(accountId: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(accountId);
  return name === undefined ? code(accountId) : `${brief(name, 90)} (${code(accountId)})`;
}

/** Who answers for a key and how that was found, or why nobody is known. */
export function ownerText(ownership: Ownership): string {
  if (!ownership.known) return `unknown (${brief(ownership.why, WHY)})`;
  const more = ownership.owners.length - SHOWN_OWNERS;
  const shown = ownership.owners.slice(0, SHOWN_OWNERS).map(ownerName);
  const all = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return `${all} (${words(ownerSourceWords(ownership.from))})`;
}

export function ownerName(owner: OwnerRef): string {
  return owner.kind === 'user' ? person(owner.userId) : group(owner.groupId);
}
