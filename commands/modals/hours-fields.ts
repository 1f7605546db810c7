import type { InputBlock } from '@slack/types';
import { isTimeZone, type WorkingHours } from '../../src/domain/working-hours.ts';
import { input, option } from '../../src/slack/blocks/elements.ts';
import type { IncomingView } from '../incoming.ts';

/** Block ids of the parts of working hours, or of a maintenance window. */
export interface HoursFields {
  readonly zone: string;
  readonly days: string;
  readonly from: string;
  readonly until: string;
}

/** From 1 for Monday, as they are kept. */
const DAY_OPTIONS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map(
  (name, at) => option(name, String(at + 1)),
);

export function zoneInput({ zone }: HoursFields, { timeZone }: WorkingHours): InputBlock {
  return input(
    zone,
    'Time zone',
    { type: 'plain_text_input', action_id: actionOf(zone), initial_value: timeZone, max_length: 60 },
    { hint: 'Such as Europe/Zurich, America/New_York or UTC.' },
  );
}

export function daysInput({ days: field }: HoursFields, { days }: WorkingHours, label: string): InputBlock {
  const chosen = DAY_OPTIONS.filter(({ value }) => days.includes(Number(value)));
  return input(field, label, {
    type: 'checkboxes',
    action_id: actionOf(field),
    options: DAY_OPTIONS,
    ...(chosen.length === 0 ? {} : { initial_options: chosen }),
  });
}

/** From and until; `hint` stands under the second. */
export function timeInputs(fields: HoursFields, { from, until }: WorkingHours, hint: string): InputBlock[] {
  const picker = (field: string, time: string) =>
    ({ type: 'timepicker', action_id: actionOf(field), initial_time: time }) as const;
  return [
    input(fields.from, 'From', picker(fields.from, from)),
    input(fields.until, 'Until', picker(fields.until, until), { hint }),
  ];
}

/** A block id may name more than the action (`field.hoursDays.C1`): where what was typed for another must not stay. */
function actionOf(blockId: string): string {
  return blockId.split('.').slice(0, 2).join('.');
}

/** What was typed, and what is wrong by block id, in the order of the parts. */
export function readHours(
  view: IncomingView,
  fields: HoursFields,
): { readonly hours: WorkingHours; readonly errors: Readonly<Record<string, string>> } {
  const one = (field: string): string => (view.values.get(field)?.one ?? '').trim();
  const [timeZone, from, until] = [one(fields.zone), one(fields.from), one(fields.until)];
  const days = (view.values.get(fields.days)?.many ?? []).map(Number).toSorted((a, b) => a - b);
  const errors: Record<string, string> = {};
  if (!isTimeZone(timeZone)) errors[fields.zone] = 'No such time zone: write it such as Europe/Zurich.';
  if (days.length === 0) errors[fields.days] = 'Choose at least one day.';
  if (from === '') errors[fields.from] = 'Choose a time.';
  if (until === '') errors[fields.until] = 'Choose a time.';
  return { hours: { timeZone, days, from, until }, errors };
}
