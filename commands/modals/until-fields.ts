import type { InputBlock, PlainTextOption } from '@slack/types';
import { isDay } from '../../src/domain/time-words.ts';
import { input } from '../../src/slack/blocks/elements.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

/** The block ids of a span to choose, and of a day that takes its place. */
export interface UntilFields {
  readonly span: string;
  readonly day: string;
}

/** How long something holds: a span, or until the morning of a day. */
export function untilInputs(
  { span, day }: UntilFields,
  options: readonly PlainTextOption[],
  initial: PlainTextOption | undefined,
  hint: string,
): InputBlock[] {
  return [
    input(span, 'For', {
      type: 'static_select',
      action_id: span,
      options: [...options],
      ...(initial === undefined ? {} : { initial_option: initial }),
    }),
    input(
      day,
      'Or until the morning of',
      { type: 'datepicker', action_id: day },
      { optional: true, hint: `A day takes the place of the choice above; ${hint}` },
    ),
  ];
}

/** The number that was chosen, as far as it may be, or the day (ISO). */
export function readUntil(
  view: IncomingView,
  { span, day }: UntilFields,
  mayBe: (count: number) => boolean,
): Parsed<number | string> {
  const chosen = view.values.get(day)?.one ?? null;
  if (chosen !== null) {
    return isDay(chosen) ? { ok: true, input: chosen } : { ok: false, errors: { [day]: 'Choose a day.' } };
  }
  const count = Number(view.values.get(span)?.one ?? Number.NaN);
  return mayBe(count) ? { ok: true, input: count } : { ok: false, errors: { [span]: 'Choose how long.' } };
}
