import type { KnownBlock } from '@slack/types';
import { holds } from '../../src/domain/actor.ts';
import type { KeyQuery } from '../../src/domain/key-query.ts';
import { findingName } from '../../src/domain/key-words.ts';
import { counted } from '../../src/domain/time-words.ts';
import { KEYS_PAGE, type KeysLook } from '../../src/handlers/look-keys.ts';
import type { Message } from '../../src/ports/slack.ts';
import { coverageLines, progressWords } from './coverage.ts';
import { actions, button, context, section } from '../../src/slack/blocks/elements.ts';
import { accountText, keyRow, ownerName } from '../../src/slack/blocks/keys.ts';
import { brief, code, cut, wholeLines } from '../../src/slack/blocks/mrkdwn.ts';

export const KEYS_PREVIOUS = 'keys.previous';
export const KEYS_NEXT = 'keys.next';
export const KEYS_REFRESH = 'keys.refresh';
export const KEYS_SWEEP = 'keys.sweep';
export const KEYS_EXPORT = 'keys.export';

/** What the buttons carry: opaque, made by whoever reads it again. */
export interface ListStates {
  readonly here: string;
  readonly previous: string;
  readonly next: string;
}

/** The list of `/aws-keys`; `said`: what the last button did, in mrkdwn, or null. */
export function keyList(look: KeysLook, states: ListStates, said: string | null): Message {
  const { query, total, all, rows, names, now } = look;
  const narrowed = queryTexts(query, names);
  const count = total === all ? counted(total, 'access key') : `${total} of ${counted(all, 'access key')}`;
  const order = rows.length === 0 ? '' : ', most urgent first';
  const title = [`*${count}${order}*`, ...narrowed].join(' · ');
  return {
    text: `${count}${order}`,
    blocks: [
      ...(said === null ? [] : [section(cut(said, 1_200))]),
      section(title),
      ...(rows.length === 0 ? [section(whyEmpty(look))] : []),
      ...rows.flatMap((row) =>
        keyRow(row, now, { names, actions: 'menu', oneAccount: look.accounts.length === 1 }),
      ),
      actions('keys.actions', buttonsOf(look, states)),
      ...coverageBlocks(look),
    ],
  };
}

function buttonsOf(look: KeysLook, states: ListStates): ReturnType<typeof button>[] {
  const mayExport = look.total > 0;
  const maySweep = holds(look.roles, 'operator') && look.accounts.some(({ connected }) => connected);
  return [
    ...(look.hasPrevious ? [button('Previous', KEYS_PREVIOUS, { value: states.previous })] : []),
    ...(look.hasNext ? [button('Next', KEYS_NEXT, { value: states.next })] : []),
    button('Refresh', KEYS_REFRESH, { value: states.here }),
    ...(maySweep
      ? [button('Sweep now', KEYS_SWEEP, { value: states.here, about: 'Read the keys from AWS now' })]
      : []),
    ...(mayExport
      ? [button('Export CSV', KEYS_EXPORT, { value: states.here, about: 'Send all these keys to me as CSV' })]
      : []),
  ];
}

function coverageBlocks(look: KeysLook): KnownBlock[] {
  const { place, total, rows, accounts, now } = look;
  const pages = Math.max(1, Math.ceil(total / KEYS_PAGE));
  const page = rows.length === 0 ? [] : [`Page ${Math.min(place.page, pages)} of ${pages}`];
  const lines = coverageLines(accounts, now);
  return [
    ...(lines.length === 0 ? [] : [context(wholeLines(lines, 2_900).join('\n'))]),
    context([...page, 'Filters: `/aws-keys help`'].join(' · ')),
  ];
}

/** The filter in words, one piece each. */
export function queryTexts(query: KeyQuery, names: ReadonlyMap<string, string>): string[] {
  const { accountId, userName, owner, status, olderDays, findings, snoozed, accessKeyId } = query;
  return [
    ...(accountId === null ? [] : [`account ${accountText(accountId, names)}`]),
    ...(userName === null ? [] : [`user ${code(cut(userName, 80))}`]),
    ...(owner === null ? [] : [`owner ${ownerName(owner)}`]),
    ...(status === null ? [] : [`status ${status}`]),
    ...(olderDays === null ? [] : [`older than ${counted(olderDays, 'day')}`]),
    ...findings.map(findingName),
    ...(snoozed ? ['snoozed'] : []),
    ...(accessKeyId === null ? [] : [`key ${code(cut(accessKeyId, 64))}`]),
  ];
}

/** Why there is nothing to show, and what to do about it. */
function whyEmpty(look: KeysLook): string {
  const { accounts, query, all, roles, names } = look;
  if (accounts.length === 0) {
    return query.accountId === null
      ? `No AWS account is connected yet. ${holds(roles, 'admin') ? 'Connect one' : 'An admin connects one'} with \`/aws-connect\`.`
      : `Nothing connects to the account ${accountText(query.accountId, names)}, so nothing is known of its keys. An admin connects it with \`/aws-connect\`.`;
  }
  if (all > 0) {
    return `None of ${counted(all, 'access key')} matches. Take a word away, or type \`/aws-keys\` alone for all of them.`;
  }
  return accounts
    .slice(0, 4)
    .map((account) => `• ${whyNoKeys(account, roles)}`)
    .join('\n');
}

function whyNoKeys(account: KeysLook['accounts'][number], roles: KeysLook['roles']): string {
  const { name, inventory, connected } = account;
  const who = `*${brief(name, 90)}*`;
  const start = holds(roles, 'operator') ? '*Sweep now* starts it' : 'An operator starts it with *Sweep now*';
  if (inventory?.running !== null && inventory?.running !== undefined) {
    return `${who} is ${progressWords(inventory.running)}. *Refresh* shows how far it is.`;
  }
  if (inventory?.trouble !== null && inventory?.trouble !== undefined) {
    return `${who} could not be read: ${brief(inventory.trouble.why, 250)}. \`/aws-test\` says how to mend it.`;
  }
  if (inventory === null || inventory.sweptAt === null) {
    return connected
      ? `${who} was never read. ${start}; it also begins by itself soon after connecting.`
      : `${who} is no longer connected, and was never read.`;
  }
  return `${who} has ${counted(inventory.users ?? 0, 'user')} and no access key.`;
}
