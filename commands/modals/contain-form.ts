import type { KnownBlock, ModalView } from '@slack/types';
import * as z from 'zod';
import { accountOfKeyId, isAccessKeyId } from '../../src/domain/access-key-id.ts';
import { groupedAccount } from '../../src/domain/account.ts';
import { standingWords } from '../../src/domain/containment-words.ts';
import type { KeyUse } from '../../src/domain/key-use.ts';
import { kindWords, lastUseWords } from '../../src/domain/key-words.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { ContainInput } from '../../src/handlers/containments/begin.ts';
import { CALLERS_MS, type ContainFacts } from '../../src/handlers/containments/look.ts';
import { context, fields, input, option, section } from '../../src/slack/blocks/elements.ts';
import { ownerText } from '../../src/slack/blocks/keys.ts';
import { brief, code, cut, moment, plain, wholeLines, words } from '../../src/slack/blocks/mrkdwn.ts';
import { tooOld, type Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

export const CONTAIN_FORM = 'containment.form';
const KIND_FIELD = 'field.containKind';
const REASON_FIELD = 'field.containReason';
export const CONTAIN_ERROR_BLOCK = REASON_FIELD;

const LONGEST_REASON = 500;
const SHOWN_CALLERS = 6;

/** What a window is about: it comes back with the submission. */
export interface ContainSubject {
  readonly accessKeyId: string;
  readonly incidentId: string | null;
}

/** What is known by now: nothing in the first frame, callers last. */
export interface ContainModel extends ContainSubject {
  readonly facts: ContainFacts | null;
  /** `null`: being read; a text: why not. */
  readonly callers: KeyUse | string | null;
  /** Typed behind the command. */
  readonly reason: string;
  /** Something pasted behind the command looked like a secret. */
  readonly secretSeen: boolean;
  readonly now: number;
}

const KINDS = [
  option(
    'Stolen or misused',
    'stolen',
    'Key Inactive, its user denied everything: sessions made with it stop, too',
  ),
  option('Planned', 'planned', 'Key Inactive only; sessions made with it go on for up to 36 hours'),
];

/** Asks for confirmation. It may be submitted as soon as it is there: the inputs stay as they are while facts fill in. */
export function containForm(model: ContainModel): ModalView {
  const { accessKeyId, incidentId, facts, reason, secretSeen } = model;
  const [stolen] = KINDS;
  return {
    type: 'modal',
    callback_id: CONTAIN_FORM,
    private_metadata: JSON.stringify({ key: accessKeyId, incident: incidentId }),
    title: plain('Deactivate', 24),
    submit: plain('Deactivate', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`${code(accessKeyId)}${accountText(model)}`),
      ...(secretSeen
        ? [
            section(
              '*What you pasted looks like a secret access key.* Rekey neither kept nor tried it; Slack may keep it.',
            ),
          ]
        : []),
      input(KIND_FIELD, 'Why', {
        type: 'radio_buttons',
        action_id: KIND_FIELD,
        options: KINDS,
        ...(stolen === undefined ? {} : { initial_option: stolen }),
      }),
      input(
        REASON_FIELD,
        'Reason',
        {
          type: 'plain_text_input',
          action_id: REASON_FIELD,
          max_length: LONGEST_REASON,
          ...(reason === '' ? {} : { initial_value: cut(reason, LONGEST_REASON) }),
        },
        { optional: true, hint: 'Shown to everybody who sees this. No secrets.' },
      ),
      ...(facts === null
        ? [context('Asking AWS what depends on this key… You need not wait for it.')]
        : factBlocks(facts, model)),
      context(
        '*Stolen or misused* is held for 30 minutes: what somebody undoes is put back. *Undo* restores what was; *Recover* brings the user back and leaves the key Inactive. Not stopped: roles that the key assumed (up to 12 hours), and what was made with it.',
      ),
    ],
  };
}

function accountText({ accessKeyId, facts }: ContainModel): string {
  const accountId = facts?.accountId ?? accountOfKeyId(accessKeyId);
  if (accountId === null) return ' · its ID does not tell the account: all connected ones are asked';
  const name = facts?.accountName ?? null;
  return ` · account ${name === null || name === accountId ? code(groupedAccount(accountId)) : `${brief(name, 90)} (${code(accountId)})`}`;
}

function factBlocks(facts: ContainFacts, { callers, now, incidentId }: ContainModel): KnownBlock[] {
  // From an incident it is always meant in earnest.
  const warnings = warningsOf(incidentId === null ? facts : { ...facts, drilled: false }, now);
  return [
    ...(warnings.length === 0 ? [] : [section(cut(warnings.join('\n'), 2_900))]),
    fields([
      ['User', facts.userName === null ? 'not found yet' : brief(facts.userName, 128)],
      ['Status', facts.status ?? 'unknown'],
      ['Last use', facts.lastUse === null ? 'unknown' : brief(lastUseWords(facts.lastUse), 300)],
      ['Owner', facts.ownership === null ? 'unknown' : ownerText(facts.ownership)],
      ...(facts.kind === null || facts.kind.kind === 'ordinary'
        ? []
        : [['Kind', brief(kindWords(facts.kind), 200)] as const]),
    ]),
    section(cut(`*What stops*\n${stopsText(facts)}`, 2_900)),
    section(
      cut(`*Who called with it in the last ${CALLERS_MS / 3_600_000} hours*\n${callersText(callers)}`, 2_900),
    ),
  ];
}

/** What a person should know before pressing; the gravest first. */
function warningsOf(facts: ContainFacts, now: number): string[] {
  const { containment, signsAs, able, isRoot, connected, quarantine, rotating, status, trouble } = facts;
  return [
    ...(facts.drilled === true
      ? [
          '*DRILL:* a rehearsal with this key is running, and this takes part in it. If it is meant in earnest, have an admin stop the drill first.',
        ]
      : []),
    ...(isRoot ? ['*This is a key of the root user:* it cannot be shut off this way.'] : []),
    ...(connected ? [] : ['*Nothing connects to this account:* Rekey cannot act there.']),
    ...(signsAs.length === 0
      ? []
      : [
          able > 0
            ? `*Rekey itself signs as this user* (${brief(signsAs.join(', '), 200)}): another connection acts, and that one stops working.`
            : `*Rekey itself signs as this user* (${brief(signsAs.join(', '), 200)}), and nobody else may act there: it will be refused.`,
        ]),
    ...(containment === null
      ? []
      : [
          `*Its user is contained already:* ${words(standingWords(containment, now).toLowerCase())}. This adds another reason.`,
        ]),
    ...(status === 'Inactive' ? ['The key is Inactive already: only the deny is new.'] : []),
    ...(quarantine.length === 0
      ? []
      : [
          `AWS has put ${code(quarantine.join(', '))} on this user. That does not stop everything, and Rekey leaves it there.`,
        ]),
    ...(rotating ? ['A rotation of this key is under way: look at it afterwards.'] : []),
    ...(trouble === null
      ? []
      : [`Not all could be read (${brief(trouble, 300)}). It can be tried all the same.`]),
  ];
}

function stopsText({ userName, others }: ContainFacts): string {
  const user = userName === null ? 'its user' : brief(userName, 90);
  const active = others.filter(({ status }) => status === 'Active');
  return [
    '• this key, at once',
    `• with *Stolen or misused*: everything ${user} does, console and sessions included`,
    ...(active.length === 0
      ? []
      : [
          `• with it too: the user’s other ${counted(active.length, 'active key')}, ${active.map((key) => code(key.accessKeyId)).join(', ')}`,
        ]),
  ].join('\n');
}

function callersText(callers: ContainModel['callers']): string {
  if (callers === null) return 'Reading CloudTrail…';
  if (typeof callers === 'string') return brief(callers, 400);
  const seen = callers.users.filter(({ ours }) => !ours);
  const lines = wholeLines(
    seen
      .slice(0, SHOWN_CALLERS)
      .map(
        ({ network, userAgent, service, region, lastAt, calls }) =>
          `• ${code(cut(network, 60))} · ${code(cut(userAgent, 80))} · ${code(service)} in ${code(region)} · ${counted(calls, 'call')}, last ${moment(lastAt)}`,
      ),
    2_400,
  );
  const more = seen.length - lines.length;
  const complete = callers.completeTo.known
    ? `Complete to ${moment(callers.completeTo.value)}; calls on data, and those of its sessions, are not in it.`
    : `Not complete: ${brief(callers.completeTo.why, 300)}.`;
  return [
    ...(lines.length === 0 ? ['None that CloudTrail shows.'] : lines),
    ...(more > 0 ? [`${more} more`] : []),
    complete,
  ].join('\n');
}

const Subject = z.object({ key: z.string().max(128), incident: z.string().max(400).nullable() });

/** What was confirmed. Throws `expired` for a window of another version. */
export function parseContain(view: IncomingView): Parsed<ContainInput> {
  const { accessKeyId, incidentId } = subjectOf(view);
  const kind = view.values.get(KIND_FIELD)?.one;
  const reason = (view.values.get(REASON_FIELD)?.one ?? '').replace(/\s+/g, ' ').trim();
  if (kind !== 'stolen' && kind !== 'planned') {
    return { ok: false, errors: { [KIND_FIELD]: 'Choose one of the two.' } };
  }
  if (holdsSecret(reason)) return { ok: false, errors: { [REASON_FIELD]: SECRET_TYPED } };
  return { ok: true, input: { accessKeyId, incidentId, kind, reason: reason.slice(0, LONGEST_REASON) } };
}

function subjectOf({ metadata }: IncomingView): ContainSubject {
  try {
    const { key, incident } = Subject.parse(JSON.parse(metadata));
    if (isAccessKeyId(key)) return { accessKeyId: key, incidentId: incident };
  } catch {
    // Said below.
  }
  throw tooOld();
}
