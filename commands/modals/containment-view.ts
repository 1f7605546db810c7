import type { KnownBlock, ModalView } from '@slack/types';
import type { Actor } from '../../src/domain/actor.ts';
import { isPriorUnknown, recoverableOf, undoableOf } from '../../src/domain/containment-acts.ts';
import type { ContainmentCard } from '../../src/domain/containment-card.ts';
import { keptKeys, timesAskedAgain } from '../../src/domain/containment-reasons.ts';
import { leftWords } from '../../src/domain/containment-unread.ts';
import type { Containment, ContainmentEvent, ContainmentHolder } from '../../src/domain/containment.ts';
import { counted } from '../../src/domain/time-words.ts';
import { mayContain } from '../../src/handlers/containments/may.ts';
import type { TakeBackInput } from '../../src/handlers/containments/take-back.ts';
import { closingBlocks } from '../../src/slack/blocks/closing.ts';
import { buttonsOf } from '../../src/slack/blocks/containment-buttons.ts';
import { containmentBlocks, whoseText } from '../../src/slack/blocks/containment.ts';
import { divider, input, option, section } from '../../src/slack/blocks/elements.ts';
import { brief, code, cut, person, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import { tooOld, type Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { readReason, whyForm } from './why-form.ts';

export const UNDO_FORM = 'containment.undo_form';
export const LEAVE_FORM = 'containment.leave_form';
export const RECOVER_FORM = 'containment.recover_form';
const HOLDER_FIELD = 'field.containmentHolder';
const REASON_FIELD = 'field.containmentReason';
const PRIOR_FIELD = 'field.containmentPrior';
export const TAKE_BACK_ERROR_BLOCK = REASON_FIELD;
const LONGEST_REASON = 500;
const SHOWN_KEYS = 8;
const MOST_REASONS = 100;

/** One containment as it stands; `said`: what was just done, in mrkdwn, or null. */
export function containmentView(
  card: ContainmentCard,
  actor: Pick<Actor, 'roles'>,
  said: string | null,
): ModalView {
  const { containment } = card;
  return {
    type: 'modal',
    private_metadata: containment.id,
    title: plain('Containment', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(cut(said, 1_500)), divider()]),
      ...containmentBlocks(card),
      ...(mayContain(actor) ? [...buttonsOf(containment), ...closingBlocks(card)] : []),
    ],
  };
}

/** Asks which reason is taken back, and why. */
export function takeBackForm(card: ContainmentCard, act: 'undo' | 'recover'): ModalView {
  const { containment } = card;
  const all = act === 'undo' ? undoableOf(containment) : recoverableOf(containment);
  // Slack takes no list of more; the newest are those that somebody looks for.
  const holders = all.slice(-MOST_REASONS);
  const [only] = holders;
  const options = holders.map((holder) => option(holderLabel(holder), asShown(holder)));
  const [first] = options;
  const title = act === 'undo' ? 'Undo' : 'Recover';
  return {
    type: 'modal',
    callback_id: act === 'undo' ? UNDO_FORM : RECOVER_FORM,
    private_metadata: JSON.stringify({
      id: containment.id,
      holder: only === undefined || holders.length > 1 ? null : asShown(only),
    }),
    title: plain(title, 24),
    submit: plain(title, 24),
    close: plain('Cancel', 24),
    blocks: [
      section(whoseText(containment)),
      section(act === 'undo' ? UNDO_TEXT : RECOVER_TEXT),
      ...(act === 'undo' ? recoveredBefore(holders) : freedWith(containment)),
      ...(holders.length > 1
        ? [
            section(
              `This user is contained for ${counted(all.length, 'reason')}. What another one needs stays as it is.`,
            ),
            input(HOLDER_FIELD, 'Which one', {
              type: 'static_select',
              action_id: HOLDER_FIELD,
              options,
              ...(first === undefined ? {} : { initial_option: first }),
            }),
          ]
        : []),
      ...(act === 'undo' ? priorBlocks(containment, holders) : []),
      input(
        REASON_FIELD,
        'Reason',
        { type: 'plain_text_input', action_id: REASON_FIELD, max_length: LONGEST_REASON },
        { hint: 'Shown to everybody who sees this. No secrets.' },
      ),
    ],
  };
}

const UNDO_TEXT =
  'For a false alarm: what was before is restored. Nothing is activated that was Inactive, and no deny is removed that was there before. Whoever had the key can use it again.';
const RECOVER_TEXT =
  'For a true alarm that is cleaned up: the key stays Inactive. Sessions issued until half a minute from now are denied for 36 hours; only when that is confirmed does the deny of everything come off, so that the user works again with a new key or its password. For sessions of GetFederationToken such a deny is best effort: while one may be abused, leave the user contained.';

/** Reasons that somebody judged true by now: their keys are not to be activated by habit. */
function recoveredBefore(holders: readonly ContainmentHolder[]): KnownBlock[] {
  const lines = holders.flatMap(({ phase, taken, accessKeyId }) =>
    phase === 'recovered' && taken !== null
      ? [`• ${code(accessKeyId)} by ${person(taken.by)}: ${brief(taken.reason, 100)}`]
      : [],
  );
  if (lines.length === 0) return [];
  const shown = lines.slice(0, SHOWN_KEYS).join('\n');
  return [
    section(`*Recovered already, as a true alarm:*\n${shown}\nUndo activates such a key all the same.`),
  ];
}

/** A key that was switched off without having been read: only a person knows how it was. */
function priorBlocks(containment: Containment, holders: readonly ContainmentHolder[]): KnownBlock[] {
  const unknown = holders.filter(({ id }) => isPriorUnknown(containment, id));
  if (unknown.length === 0) return [];
  const ids = [...new Set(unknown.map(({ accessKeyId }) => accessKeyId))].slice(0, SHOWN_KEYS);
  return [
    section(
      `*Whether it was Active before could not be read:* ${ids.map(code).join(', ')}. Say how it is to be.`,
    ),
    input(
      PRIOR_FIELD,
      'The key',
      {
        type: 'radio_buttons',
        action_id: PRIOR_FIELD,
        options: [
          option('Make it Active', 'active', 'It was in use before, and nobody else has it'),
          option('Leave it Inactive', 'inactive', 'It was Inactive before, or that is not sure'),
        ],
      },
      { optional: unknown.length < holders.length },
    ),
  ];
}

/** Keys of the user that nothing makes Inactive: with the deny gone they work again, a thief's own among them. */
function freedWith({ holders, seenKeys, events }: Containment): KnownBlock[] {
  const said = (what: ContainmentEvent['what'], id: string): boolean =>
    events.some((event) => event.what === what && event.about === id);
  const kept = keptKeys({ holders });
  const free = seenKeys.filter((id) => !kept.has(id) && !said('gone_key', id));
  if (free.length === 0) return [];
  // Those that appeared last come first: they are the likelier ones to be a thief's.
  const lines = free
    .toReversed()
    .slice(0, SHOWN_KEYS)
    .map((id) => `• ${code(id)}${said('new_key', id) ? ' *appeared since*' : ''}`);
  const more = free.length > lines.length ? `\n… and ${counted(free.length - lines.length, 'other')}` : '';
  return [
    section(
      `*Other keys of the user work again once the deny is off*, where they are Active:\n${lines.join('\n')}${more}\nContain each that is not yours first, or delete it.`,
    ),
  ];
}

/** A reason, how it stood, and how often it had been asked for again, when the window was opened. */
function asShown(holder: ContainmentHolder): string {
  return `${holder.phase}:${timesAskedAgain(holder)} ${holder.id}`;
}

function holderLabel({ accessKeyId, kind, incidentId, reason, phase, drillId }: ContainmentHolder): string {
  const asked =
    drillId !== undefined
      ? 'drill'
      : kind === 'planned'
        ? 'planned'
        : incidentId === null
          ? 'stolen'
          : 'its incident';
  const what = phase === 'recovered' ? 'recovered' : asked;
  return `…${accessKeyId.slice(-6)}: ${reason === '' ? what : `${what}, ${reason}`}`;
}

/** Asks why what nobody can act on is closed as it is. */
export function leaveForm(containment: Containment): ModalView {
  return {
    ...whyForm({
      callbackId: LEAVE_FORM,
      title: 'Close as it is',
      submit: 'Close as it is',
      what: [
        whoseText(containment),
        '*Nothing changes in AWS*, and AWS is not asked: Rekey cannot act on this user now. Only this record is closed.',
        words(leftWords(containment)),
        '*There is no Undo afterwards*, also when Rekey can act there again: if that can be mended, mend it first.',
      ].join('\n\n'),
      field: REASON_FIELD,
      hint: 'Shown to everybody who sees this. No secrets.',
    }),
    private_metadata: JSON.stringify({ id: containment.id, holder: null }),
  };
}

/** What was confirmed there. Throws `expired` for a window of another version. */
export function parseLeave(view: IncomingView): Parsed<Pick<TakeBackInput, 'containmentId' | 'reason'>> {
  const { id } = metadataOf(view);
  const reason = readReason(view, REASON_FIELD, 'Say why: others will wonder.');
  if (!reason.ok) return reason;
  return { ok: true, input: { containmentId: id, reason: reason.input.slice(0, LONGEST_REASON) } };
}

/** What was confirmed. Throws `expired` for a window of another version. */
export function parseTakeBack(view: IncomingView): Parsed<TakeBackInput> {
  const { id, holder } = metadataOf(view);
  const asked = holder ?? view.values.get(HOLDER_FIELD)?.one ?? null;
  if (asked === null) return { ok: false, errors: { [HOLDER_FIELD]: 'Choose which one.' } };
  const reason = readReason(view, REASON_FIELD, 'Say why: others will wonder.');
  if (!reason.ok) return reason;
  const prior = view.values.get(PRIOR_FIELD)?.one;
  // A window of before containments were renewed under their first reason showed none of that.
  const [, phase, again = '0', holderId] = /^(held|recovered)(?::(\d{1,9}))? (.+)$/.exec(asked) ?? [];
  if ((phase !== 'held' && phase !== 'recovered') || holderId === undefined) throw tooOld();
  return {
    ok: true,
    input: {
      containmentId: id,
      holderId,
      phase,
      again: Number(again),
      reason: reason.input.slice(0, LONGEST_REASON),
      ...(prior === 'active' || prior === 'inactive' ? { activate: prior === 'active' } : {}),
    },
  };
}

function metadataOf({ metadata }: IncomingView): { readonly id: string; readonly holder: string | null } {
  try {
    const read = Object(JSON.parse(metadata)) as Record<string, unknown>;
    const { id, holder } = read;
    if (typeof id === 'string') return { id, holder: typeof holder === 'string' ? holder : null };
  } catch {
    // Said below.
  }
  throw tooOld();
}
