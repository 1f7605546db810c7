import type { KnownBlock, ModalView } from '@slack/types';
import type { Snooze } from '../../src/domain/key-choices.ts';
import { policyFor } from '../../src/domain/key-policy.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { counted, DAY_MS, dayWords } from '../../src/domain/time-words.ts';
import type { KeyLook } from '../../src/handlers/look-key.ts';
import {
  actions,
  button,
  confirm,
  context,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { brief, code, moment, person, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { readUntil, untilInputs } from './until-fields.ts';

export const SNOOZE_FORM = 'key.snooze_form';
export const END_SNOOZE = 'key.end_snooze';

const UNTIL = { span: 'field.snoozeFor', day: 'field.snoozeUntil' };
const REASON_FIELD = 'field.snoozeReason';
export const SNOOZE_ERROR_BLOCK = REASON_FIELD;

const LONGEST_REASON = 300;
const CHOICES = [1, 3, 7, 14, 30, 60, 90];

export function snoozeForm(look: KeyLook): ModalView {
  const { key, snooze, policy, choices, now } = look;
  const { snoozeDays } = policyFor(policy, choices?.policy ?? null);
  const days = CHOICES.filter((count) => count < snoozeDays);
  const options = [...days, snoozeDays].map((count) => option(counted(count, 'day'), String(count)));
  const initial = options.find(({ value }) => value === '7') ?? options.at(-1);
  return {
    type: 'modal',
    callback_id: SNOOZE_FORM,
    private_metadata: `${key.accessKeyId} ${snooze?.id ?? ''}`,
    title: plain('Snooze', 24),
    submit: plain('Snooze', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`Pause the reminders of *${brief(key.userName, 90)}* · ${code(key.accessKeyId)}`),
      ...runningBlocks(look),
      ...untilInputs(UNTIL, options, initial, `at the latest ${dayWords(now + snoozeDays * DAY_MS)}.`),
      input(
        REASON_FIELD,
        'Reason',
        { type: 'plain_text_input', action_id: REASON_FIELD, multiline: true, max_length: LONGEST_REASON },
        { hint: 'Shown to everybody who sees this key. No secrets.' },
      ),
      context(
        `The policy of this account lets one snooze last ${counted(snoozeDays, 'day')} at the most. It ends by itself, and everybody who may see the key sees who snoozed it, until when and why. It changes nothing in AWS.`,
      ),
    ],
  };
}

function runningBlocks({ snooze }: KeyLook): KnownBlock[] {
  if (snooze === null) return [];
  return [
    section(
      `*Snoozed already* until ${moment(snooze.until)} by ${person(snooze.by)}: ${brief(snooze.reason, 900)}\nA new snooze takes its place.`,
    ),
    actions('key.snooze_actions', [endSnoozeButton(snooze)]),
  ];
}

/** Carries which snooze it shows: an old button must not end a later one. */
export function endSnoozeButton({
  accessKeyId,
  id,
}: Pick<Snooze, 'accessKeyId' | 'id'>): ReturnType<typeof button> {
  return button('End snooze', END_SNOOZE, {
    value: `${accessKeyId} ${id}`,
    about: `End the snooze of ${accessKeyId}`,
    confirm: confirm('End the snooze?', 'Its reminders begin again.', 'End it', false),
  });
}

export interface TypedSnooze {
  readonly accessKeyId: string;
  /** The snooze that was shown, or null. */
  readonly seen: string | null;
  readonly reason: string;
  /** A number of days, or the day (ISO) on whose morning it ends. */
  readonly until: number | string;
}

export function parseSnooze(view: IncomingView): Parsed<TypedSnooze> {
  const [accessKeyId = '', seen = ''] = view.metadata.split(' ');
  const reason = (view.values.get(REASON_FIELD)?.one ?? '').trim();
  if (reason === '') return { ok: false, errors: { [REASON_FIELD]: 'Say why: others will wonder.' } };
  if (holdsSecret(reason)) return { ok: false, errors: { [REASON_FIELD]: SECRET_TYPED } };
  const until = readUntil(view, UNTIL, (days) => Number.isSafeInteger(days) && days > 0);
  if (!until.ok) return until;
  return {
    ok: true,
    input: { accessKeyId, seen: seen === '' ? null : seen, reason, until: until.input },
  };
}
