import type { KnownBlock } from '@slack/types';
import { findingName, findingMeaning } from '../src/domain/key-words.ts';
import { DEFAULT_KEY_POLICY } from '../src/domain/key-policy.ts';
import { FINDING_WORDS } from '../src/domain/key-query.ts';
import { counted } from '../src/domain/time-words.ts';
import type { HomeKeys } from '../src/handlers/look-home-keys.ts';
import { namesOf, type AccountLook } from '../src/handlers/look-keys.ts';
import { context, section } from '../src/slack/blocks/elements.ts';
import { keyRow } from '../src/slack/blocks/keys.ts';
import { brief, span, words } from '../src/slack/blocks/mrkdwn.ts';

/** What Home says of keys: at most thirteen blocks. */

/** What needs this person: their own keys, and for those who look after all, accounts and the most urgent keys. */
export function keyNeeds(look: HomeKeys, now: number): KnownBlock[] {
  const { own, moreOwn, mayList, urgent, found, accounts } = look;
  const names = namesOf(accounts);
  const mine = new Set(own.map(({ key }) => key.accessKeyId));
  const others = urgent.filter(({ key }) => !mine.has(key.accessKeyId));
  const rows = (list: HomeKeys['own']): KnownBlock[] =>
    list.flatMap((row) => keyRow(row, now, { names, actions: 'menu', oneAccount: accounts.length === 1 }));
  const totals = totalsText(found);
  return [
    ...(own.length === 0 ? [] : [section('*Access keys of yours*'), ...rows(own)]),
    ...(moreOwn
      ? [
          context(
            mayList
              ? 'You own more that need you: `/aws-keys mine` lists them.'
              : 'You own more that need you: once these are dealt with or snoozed, the next are shown here. With the role viewer, `/aws-keys mine` lists them all.',
          ),
        ]
      : []),
    ...(others.length === 0 ? [] : [section('*The most urgent access keys*'), ...rows(others)]),
    ...(totals === '' ? [] : [context(`${totals}. \`/aws-keys\` lists all of them.`)]),
  ];
}

/** `12 over age, 3 unused`, most urgent findings first. */
function totalsText(found: HomeKeys['found']): string {
  const codes = Object.values(FINDING_WORDS);
  const parts = codes.flatMap((code) => {
    const count = found.get(code) ?? 0;
    return count === 0 ? [] : [`${count} ${findingName(code)}`];
  });
  return parts.length === 0 ? '' : `Found: ${words(parts.join(', '))}`;
}

/** Findings about accounts and sweeps that fail, each a line of mrkdwn. */
export function accountNeeds({ ofAccounts, accounts }: HomeKeys): string[] {
  return [
    ...ofAccounts.map(
      ({ account, finding }) =>
        `*${brief(account.name, 90)}* has a ${words(findingName(finding.code))}: ${words(findingMeaning(finding.code, DEFAULT_KEY_POLICY))}`,
    ),
    ...accounts.flatMap(({ name, inventory, connected }) =>
      connected && inventory !== null && inventory.trouble !== null
        ? [`The keys of *${brief(name, 90)}* could not be read: ${brief(inventory.trouble.why, 300)}`]
        : [],
    ),
  ];
}

/** How many keys an account has and when that was last read, for its card. */
export function keysOfCard(account: AccountLook | undefined, now: number): string {
  const inventory = account?.inventory ?? null;
  if (inventory === null) return 'keys not read yet';
  const { keys, users, sweptAt, running, gaps, trouble } = inventory;
  const count =
    keys === null ? 'keys not counted yet' : `${counted(keys, 'key')} of ${counted(users ?? 0, 'user')}`;
  const read =
    running !== null
      ? `being read now (${running.done} of ${running.planned})`
      : sweptAt === null
        ? 'not read completely yet'
        : `read ${span(Math.max(0, now - sweptAt))} ago`;
  const doubts = [
    ...(trouble === null ? [] : ['the last sweep failed']),
    ...(gaps.length === 0 ? [] : [counted(gaps.length, 'gap')]),
  ];
  return [count, read, ...doubts].join(', ');
}
