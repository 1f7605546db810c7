import type { KnownBlock, ModalView } from '@slack/types';
import type { Finding } from '../../src/domain/finding.ts';
import type { KeyChoices } from '../../src/domain/key-choices.ts';
import { policyFor } from '../../src/domain/key-policy.ts';
import {
  ageWords,
  findingMeaning,
  findingWords,
  kindMeaning,
  kindWords,
  lastUseNote,
  lastUseWords,
  statusWords,
} from '../../src/domain/key-words.ts';
import type { Known } from '../../src/domain/known.ts';
import { isAtLeast } from '../../src/domain/notice.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { KeyLook } from '../../src/handlers/look-key.ts';
import type { KeyRow } from '../../src/ports/inventory.ts';
import { coverageLine } from '../messages/coverage.ts';
import {
  actions,
  button,
  context,
  divider,
  fields,
  header,
  section,
} from '../../src/slack/blocks/elements.ts';
import { proposalBlocks } from '../../src/slack/blocks/key-by-hand.ts';
import { eventText } from '../../src/slack/blocks/key-history.ts';
import {
  accountText,
  KEY_DEACTIVATE,
  KEY_DELETE,
  KEY_ROTATE,
  KEY_SNOOZE,
  ownerText,
} from '../../src/slack/blocks/keys.ts';
import { endSnoozeButton } from './snooze-form.ts';
import { brief, code, cut, moment, person, plain, wholeLines, words } from '../../src/slack/blocks/mrkdwn.ts';

export const KEY_CHOOSE = 'key.choose';

const SHOWN_TAGS = 12;

/** One key in full; `said`: what the last button did, in mrkdwn, or null. */
export function keyView(look: KeyLook, said: string | null): ModalView {
  const { key, standing } = look;
  return {
    type: 'modal',
    title: plain('Access key', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(cut(said, 1_000)), divider()]),
      section(`*${brief(key.userName, 90)}* · ${code(key.accessKeyId)}`),
      ...(key.goneAt === null
        ? []
        : [section(`*Gone:* a sweep at ${moment(key.goneAt)} no longer found it.`)]),
      ...(key.goneAt === null ? [actions('key.actions', buttonsOf(look))] : []),
      ...snoozeBlocks(look),
      ...findingBlocks(look),
      header('What is known'),
      ...factBlocks(look),
      ...otherKeys(look),
      ...userBlocks(look),
      header('Whose, and what is expected'),
      fields([
        ['Owner', standing === null ? 'not worked out yet' : ownerText(standing.ownership)],
        ['Kind', standing === null ? 'not worked out yet' : words(cut(kindWords(standing.kind), 200))],
      ]),
      ...(standing === null ? [] : [context(words(kindMeaning(standing.kind.kind)))]),
      ...policyBlocks(look),
      header('History'),
      ...historyBlocks(look),
      context(cut(`From AWS: ${coverageLine(look.account, look.now)}`, 2_500)),
    ],
  };
}

function buttonsOf({
  key,
  snooze,
  maySnooze,
  mayContain,
  mayChoose,
  mayDelete,
}: KeyLook): ReturnType<typeof button>[] {
  const value = key.accessKeyId;
  return [
    button('Rotate', KEY_ROTATE, { value, about: `Rotate ${value}` }),
    ...(maySnooze
      ? [button('Snooze', KEY_SNOOZE, { value, about: `Snooze the reminders of ${value}` })]
      : []),
    ...(maySnooze && snooze !== null ? [endSnoozeButton(snooze)] : []),
    ...(mayContain
      ? [
          button('Deactivate', KEY_DEACTIVATE, {
            value,
            style: 'danger' as const,
            about: `Deactivate ${value}`,
          }),
        ]
      : []),
    ...(mayDelete
      ? [button('Delete', KEY_DELETE, { value, style: 'danger' as const, about: `Delete ${value}` })]
      : []),
    ...(mayChoose ? [button('Kind, owners, limits', KEY_CHOOSE, { value })] : []),
  ];
}

function snoozeBlocks({ snooze }: KeyLook): KnownBlock[] {
  if (snooze === null) return [];
  return [
    section(
      `*Snoozed* until ${moment(snooze.until)} by ${person(snooze.by)}, since ${moment(snooze.at)}: ${brief(snooze.reason, 900)}`,
    ),
  ];
}

function findingBlocks(look: KeyLook): KnownBlock[] {
  const { standing, key, now } = look;
  if (standing === null) return [section('This key was not judged yet: that follows each sweep.')];
  if (standing.findings.length === 0) return [section('Nothing about this key needs you.')];
  const proposals = new Set(standing.findings.map(({ propose }) => propose));
  const partition = look.account.inventory?.partition ?? 'aws';
  return [
    header('What was found'),
    ...standing.findings.map((finding) => section(findingText(finding, look))),
    ...(['deactivate', 'delete'] as const).flatMap((propose) =>
      proposals.has(propose) ? proposalBlocks(key, partition, propose, look.mayDelete) : [],
    ),
    context(
      `Judged at ${moment(standing.assessedAt)}${standing.assessedAt > now ? '' : '; again after each sweep and change, and every hour'}.`,
    ),
  ];
}

function findingText(finding: Finding, { policy, choices, user, now }: KeyLook): string {
  const text = findingWords(finding, now);
  const name = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  const severity = isAtLeast(finding.severity, 'high') ? ` (${finding.severity})` : '';
  const inForce = policyFor(policy, choices?.policy ?? null);
  const meaning = findingMeaning(finding.code, inForce, finding.propose);
  const said = finding.code === 'quarantined' ? ` ${quarantineSaid(user)}` : '';
  return `*${words(name)}*${severity}\n${words(cut(meaning, 1_200))}${said}`;
}

/** How old AWS's word on a quarantine is. */
function quarantineSaid(user: KeyLook['user']): string {
  if (user === null) return '';
  const { quarantine } = user;
  return quarantine.known
    ? `AWS said so at ${moment(quarantine.asOf)}.`
    : `It could not be read again since ${moment(quarantine.since)}: look in AWS before you act.`;
}

function factBlocks({ key, account, now }: KeyLook): KnownBlock[] {
  const created = key.createdAt === null ? '' : `, created ${moment(key.createdAt)}`;
  const note = lastUseNote(key);
  const names = new Map(account.name === account.accountId ? [] : [[account.accountId, account.name]]);
  return [
    fields([
      ['Account', accountText(key.accountId, names)],
      ['Status', words(statusWords(key, now))],
      ['Age', `${words(ageWords(key.createdAt, now))}${created}`],
      ['Last use', `${words(cut(lastUseWords(key.lastUse), 500))}${asOf(key.lastUse)}`],
      ['First seen by Rekey', moment(key.firstSeenAt)],
      ['Description', key.description === null ? 'none, or not readable' : words(cut(key.description, 300))],
    ]),
    ...(note === null ? [] : [context(words(note))]),
  ];
}

function asOf(lastUse: KeyLook['key']['lastUse']): string {
  return lastUse.kind === 'used' ? `, as AWS said at ${moment(lastUse.asOf)}` : '';
}

/** Both keys side by side: which one is in use decides what can be done. */
function otherKeys({ key, standing, others, now }: KeyLook): KnownBlock[] {
  if (others.length === 0) return [];
  const one = (row: KeyRow): string =>
    [
      code(row.key.accessKeyId),
      words(statusWords(row.key, now)),
      words(ageWords(row.key.createdAt, now)),
      words(cut(lastUseWords(row.key.lastUse), 300)),
    ].join('\n');
  return [
    fields([
      ['This key', one({ key, standing })],
      ...others.map((other): readonly [string, string] => ['Another key of this user', one(other)]),
    ]),
  ];
}

function userBlocks({ key, user }: KeyLook): KnownBlock[] {
  if (user === null) return [fields([['User', `${words(cut(key.userName, 64))}, ${code(key.userId)}`]])];
  return [
    fields([
      ['User', `${code(cut(user.arn, 600))}\n${code(user.userId)}`],
      ['Console password', knownText(user.console, (has) => (has ? 'yes' : 'none'))],
      ['Tags of the user', knownText(user.tags, tagsText)],
      [
        'Quarantine by AWS',
        knownText(user.quarantine, (names) =>
          names.length === 0
            ? 'none'
            : names
                .slice(0, 5)
                .map((name) => code(cut(name, 128)))
                .join(', '),
        ),
      ],
    ]),
  ];
}

function knownText<Value>(fact: Known<Value>, text: (value: Value) => string): string {
  return fact.known
    ? `${text(fact.value)} (as of ${moment(fact.asOf)})`
    : `unknown since ${moment(fact.since)} (${words(cut(fact.why, 200))})`;
}

function tagsText(tags: Readonly<Record<string, string>>): string {
  const all = Object.entries(tags);
  if (all.length === 0) return 'none';
  const shown = all.slice(0, SHOWN_TAGS).map(([name, value]) => code(cut(`${name}=${value}`, 80)));
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function policyBlocks({ policy, choices, account }: KeyLook): KnownBlock[] {
  const held = policyFor(policy, choices?.policy ?? null);
  const limits = [
    `a new key after ${counted(held.maxAgeDays, 'day')}${own(choices, 'maxAgeDays')}`,
    `unused after ${counted(held.unusedDays, 'day')}${own(choices, 'unusedDays')}`,
    `to be deleted after ${counted(held.inactiveDays, 'day')} Inactive${own(choices, 'inactiveDays')}`,
  ];
  const setBy =
    choices === null
      ? ''
      : ` What is set for this key was set by ${person(choices.updatedBy)} at ${moment(choices.updatedAt)}.`;
  return [
    section(`*Policy of ${brief(account.name, 90)}*\n${limits.join(' · ')}`),
    context(`These are your team’s limits: AWS’s access keys work until somebody deactivates them.${setBy}`),
  ];
}

function own(choices: KeyChoices | null, limit: 'maxAgeDays' | 'unusedDays' | 'inactiveDays'): string {
  return choices?.policy?.[limit] === undefined ? '' : ' (this key’s own)';
}

function historyBlocks({ history, moreHistory }: KeyLook): KnownBlock[] {
  if (history.length === 0) return [section('Nothing has happened since Rekey first saw it.')];
  const lines = wholeLines(
    history.map((event) => `• ${eventText(event)}`),
    2_950,
  );
  const cutShort = moreHistory || lines.length < history.length;
  return [
    section(lines.join('\n')),
    ...(cutShort
      ? [context(`The newest ${lines.length}. Older ones that a person did are in the audit log.`)]
      : []),
  ];
}
