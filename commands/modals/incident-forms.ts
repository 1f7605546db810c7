import type { ModalView } from '@slack/types';
import * as z from 'zod';
import { mayBeExpected } from '../../src/domain/expectation.ts';
import type { IncidentLook, KeptIncident, Verdict } from '../../src/domain/incident.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { counted } from '../../src/domain/time-words.ts';
import { isHarmless, type ClosingInput } from '../../src/handlers/close-incident.ts';
import type { ExpectationInput } from '../../src/handlers/expect-incident.ts';
import { actions, button, context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { INCIDENT_EXPECT, verdictWords, whoseText } from '../../src/slack/blocks/incident.ts';
import { plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import { tooOld, type Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { messageView } from './message-view.ts';

export const EXPECT_FORM = 'incident.expect_form';
export const CLOSE_FORM = 'incident.close_form';

const NETWORK_FIELD = 'field.expectNetwork';
const AGENT_FIELD = 'field.expectAgent';
const ACTION_FIELD = 'field.expectAction';
const DAYS_FIELD = 'field.expectDays';
const REASON_FIELD = 'field.expectReason';
const VERDICT_FIELD = 'field.verdict';
const NOTE_FIELD = 'field.verdictNote';
export const EXPECT_ERROR_BLOCK = REASON_FIELD;
export const CLOSE_ERROR_BLOCK = NOTE_FIELD;

const LONGEST_REASON = 300;
const DAYS = [1, 7, 14, 30, 90];
/** Which incident a window is about, and how many findings it had when it was opened. */
const Carried = z.object({ id: z.string().max(400), count: z.number() });
/** The value of an option that limits nothing; no network, program or action is called so. */
const ANY = '*';
const MOST_OPTIONS = 50;

/** “This is us”: what of it, for how long, and why. */
export function expectForm(look: IncidentLook): ModalView {
  const { incident, signals } = look;
  const distinct = (values: readonly (string | null)[]): string[] => [
    ...new Set(values.flatMap((value) => (value === null || value.length > 75 ? [] : [value]))),
  ];
  const select = (field: string, label: string, any: string, values: readonly string[]) => {
    const options = [option(any, ANY), ...values.slice(0, MOST_OPTIONS).map((value) => option(value, value))];
    const initial = options[1] ?? options[0];
    return input(field, label, {
      type: 'static_select',
      action_id: field,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    });
  };
  const never = signals.filter((signal) => !mayBeExpected(signal));
  const days = DAYS.map((count) => option(counted(count, 'day'), String(count)));
  const week = days[1];
  return {
    type: 'modal',
    callback_id: EXPECT_FORM,
    private_metadata: metadata(incident),
    title: plain('This is us', 24),
    submit: plain('Expect it', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`What is alike is kept quiet for ${whoseText(incident)}. All that you choose must fit.`),
      select(
        NETWORK_FIELD,
        'From this network',
        'Any network',
        distinct(signals.map(({ network }) => network)),
      ),
      select(AGENT_FIELD, 'With this program', 'Any program', distinct(signals.map(({ agent }) => agent))),
      select(
        ACTION_FIELD,
        'Doing this',
        'Any action',
        distinct(signals.map(({ service, eventName }) => `${service}:${eventName}`)),
      ),
      input(DAYS_FIELD, 'For', {
        type: 'static_select',
        action_id: DAYS_FIELD,
        options: days,
        ...(week === undefined ? {} : { initial_option: week }),
      }),
      input(
        REASON_FIELD,
        'Reason',
        { type: 'plain_text_input', action_id: REASON_FIELD, multiline: true, max_length: LONGEST_REASON },
        { hint: 'Shown to everybody who sees this. No secrets.' },
      ),
      context(
        incident.closed !== null
          ? 'The incident is closed already. `/aws-incidents expectations` lists what is expected, with a way to revoke it.'
          : never.length === 0
            ? 'The incident is closed as something of ours. `/aws-incidents expectations` lists what is expected, with a way to revoke it.'
            : `The incident stays open, since nobody can expect this: ${words([...new Set(never.map(({ title }) => title))].slice(0, 3).join('; '))}.`,
      ),
    ],
  };
}

export function parseExpectation(view: IncomingView): Parsed<ExpectationInput> {
  const one = (field: string): string | null => view.values.get(field)?.one ?? null;
  const limit = (field: string): string | null => (one(field) === ANY ? null : one(field));
  const reason = (one(REASON_FIELD) ?? '').trim();
  if (reason === '') return { ok: false, errors: { [REASON_FIELD]: 'Say why: others will wonder.' } };
  if (holdsSecret(reason)) return { ok: false, errors: { [REASON_FIELD]: SECRET_TYPED } };
  const [network, agent, action] = [limit(NETWORK_FIELD), limit(AGENT_FIELD), limit(ACTION_FIELD)];
  if (network === null && agent === null && action === null) {
    const error = 'Choose a network, a program or an action: all of a key is never expected.';
    return { ok: false, errors: { [NETWORK_FIELD]: error } };
  }
  const days = Number(one(DAYS_FIELD) ?? Number.NaN);
  if (!DAYS.includes(days)) return { ok: false, errors: { [DAYS_FIELD]: 'Choose how long.' } };
  return { ok: true, input: { ...carriedIn(view), network, agent, action, reason, days } };
}

const VERDICT_CHOICES: readonly ClosingInput['verdict'][] = ['attack', 'false_alarm', 'test', 'ours'];

/** Closes an incident with a verdict; `suggested` is chosen already. */
export function closeForm(
  { incident }: IncidentLook,
  suggested: ClosingInput['verdict'] | null = null,
): ModalView {
  const options = VERDICT_CHOICES.map((verdict) => option(verdictWords(verdict), verdict));
  const initial = options.find(({ value }) => value === suggested);
  return {
    type: 'modal',
    callback_id: CLOSE_FORM,
    private_metadata: metadata(incident),
    title: plain('Close the incident', 24),
    submit: plain('Close', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`The incident of ${whoseText(incident)}`),
      input(VERDICT_FIELD, 'It was', {
        type: 'static_select',
        action_id: VERDICT_FIELD,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      }),
      input(
        NOTE_FIELD,
        'Note',
        { type: 'plain_text_input', action_id: NOTE_FIELD, multiline: true, max_length: LONGEST_REASON },
        { optional: true, hint: 'What was found, and what was done. No secrets.' },
      ),
      context(
        'Its message says so, and its page is resolved. What this key does from now on opens another incident. What was ours, or a false alarm, can be expected in the next window: *This is us* keeps what is alike quiet.',
      ),
    ],
  };
}

/** What was closed; where it was harmless, what is alike may be kept quiet. */
export function closedView(incidentId: string, verdict: ClosingInput['verdict']): ModalView {
  const said = messageView('Incident closed', `Closed as ${verdictWords(verdict)}.`);
  if (!isHarmless(verdict)) return said;
  const offer = [
    context(
      'So that it does not come again: *This is us* keeps what is alike quiet, for as long as you say.',
    ),
    actions('incident.closed_actions', [button('This is us', INCIDENT_EXPECT, { value: incidentId })]),
  ];
  return { ...said, blocks: [...said.blocks, ...offer] };
}

export function parseClosing(view: IncomingView): Parsed<ClosingInput> {
  const chosen: Verdict | undefined = VERDICT_CHOICES.find(
    (verdict) => verdict === view.values.get(VERDICT_FIELD)?.one,
  );
  const note = (view.values.get(NOTE_FIELD)?.one ?? '').trim();
  if (chosen === undefined) return { ok: false, errors: { [VERDICT_FIELD]: 'Choose what it was.' } };
  if (holdsSecret(note)) return { ok: false, errors: { [NOTE_FIELD]: SECRET_TYPED } };
  return { ok: true, input: { ...carriedIn(view), verdict: chosen, note } };
}

function metadata({ id, count }: KeptIncident): string {
  return JSON.stringify({ id, count } satisfies z.infer<typeof Carried>);
}

/** Throws `expired` for a window of another version. */
function carriedIn({ metadata: text }: IncomingView): Pick<ClosingInput, 'incidentId' | 'seen'> {
  try {
    const { id, count } = Carried.parse(JSON.parse(text));
    return { incidentId: id, seen: count };
  } catch {
    throw tooOld();
  }
}
