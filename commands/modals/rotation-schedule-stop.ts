import type { KnownBlock, ModalView } from '@slack/types';
import type { Stop } from '../../src/domain/pause.ts';
import {
  actions,
  button,
  confirm,
  context,
  header,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { brief, moment, person, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { parseWhy, whyForm } from './why-form.ts';

export const SCHEDULE_OPEN = 'settings.schedule';
export const STOP_OPEN = 'schedule.stop';
export const STOP_FORM = 'schedule.stop_form';
export const STOP_RESUME = 'schedule.resume';

const WHY_FIELD = 'field.stopWhy';
export const STOP_ERROR_BLOCK = WHY_FIELD;

const WHAT_STOPS =
  'While they are stopped, no rotation begins by itself, and those that did change nothing more: old keys go on ' +
  'working. What people began goes on.';

/** What the settings show of rotations by schedule. */
export interface SchedulesLook {
  /** All connections, and whether theirs is on. */
  readonly connections: readonly { readonly id: string; readonly name: string; readonly on: boolean }[];
  readonly stop: Stop | null;
}

/** The part of the settings about rotations by schedule. */
export function scheduleBlocks({ connections, stop }: SchedulesLook): KnownBlock[] {
  if (connections.length === 0) return [];
  const on = connections.filter((each) => each.on);
  const names = on.slice(0, 10).map(({ name }) => `*${brief(name, 60)}*`);
  const state =
    on.length === 0
      ? 'It is off for every connection: keys are replaced when people ask.'
      : `On for ${names.join(', ')}${on.length > names.length ? ` and ${on.length - names.length} more` : ''}.`;
  return [
    header('Rotation by schedule'),
    section(
      stop === null
        ? state
        : `*Stopped* by ${person(stop.by)} since ${moment(stop.at)}: ${words(stop.why)}\n${state}`,
    ),
    context(WHAT_STOPS),
    actions('settings.schedules', [
      {
        type: 'static_select',
        action_id: SCHEDULE_OPEN,
        placeholder: plain('Rotation schedule of…', 150),
        options: connections.slice(0, 100).map(({ id, name }) => option(name, id)),
      },
      ...(stop === null ? (on.length === 0 ? [] : [stopButton()]) : [resumeButton()]),
    ]),
  ];
}

/** Stops all rotations by schedule; on Home and in the settings. */
export function stopButton(): ReturnType<typeof button> {
  return button('Stop schedules', STOP_OPEN, {
    about: 'Stop all rotations by schedule',
    style: 'danger',
  });
}

function resumeButton(): ReturnType<typeof button> {
  return button('Go on', STOP_RESUME, {
    about: 'Let rotations by schedule go on',
    style: 'primary',
    confirm: confirm(
      'Let them go on?',
      'Rotations begin by themselves again, and those that were held up change keys again.',
      'Go on',
      false,
    ),
  });
}

export function stopForm(): ModalView {
  return whyForm({
    callbackId: STOP_FORM,
    title: 'Stop schedules',
    submit: 'Stop',
    what: WHAT_STOPS,
    field: WHY_FIELD,
    hint: 'Told in the alert channel.',
  });
}

export function parseStop(view: IncomingView): Parsed<{ why: string }> {
  return parseWhy(view, WHY_FIELD, 'Say why, for those who wait for a new key.');
}
