import type { ModalView } from '@slack/types';
import { hoursWords, isTimeZone, type WorkingHours } from '../../src/domain/working-hours.ts';
import {
  actions,
  button,
  confirm,
  context,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { channel, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

export const HOURS_OPEN = 'settings.hours';
export const HOURS_FORM = 'hours.form';
export const HOURS_CHANNEL = 'hours.channel';
export const HOURS_RESET = 'hours.reset';

const ZONE_FIELD = 'field.hoursZone';
const DAYS_FIELD = 'field.hoursDays';
const FROM_FIELD = 'field.hoursFrom';
const UNTIL_FIELD = 'field.hoursUntil';

const WORKSPACE = 'workspace';

const DAY_OPTIONS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map(
  (name, at) => option(name, String(at + 1)),
);

export interface HoursLook {
  /** The channel whose hours are shown; null for those of the workspace. */
  readonly channelId: string | null;
  readonly hours: WorkingHours;
  /** The channel has hours of its own. */
  readonly own: boolean;
  /** What the last button did, in mrkdwn, or null. */
  readonly said: string | null;
}

/** When reminders may come: for the whole workspace, or for one channel. */
export function hoursForm({ channelId, hours, own, said }: HoursLook): ModalView {
  const at = placeOf(channelId, own);
  return {
    type: 'modal',
    callback_id: HOURS_FORM,
    private_metadata: at,
    title: plain('Working hours', 24),
    submit: plain('Save', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      input(
        HOURS_CHANNEL,
        'Channel',
        {
          type: 'conversations_select',
          action_id: HOURS_CHANNEL,
          placeholder: plain('The whole workspace', 150),
          filter: {
            include: ['public', 'private'],
            exclude_external_shared_channels: true,
            exclude_bot_users: true,
          },
          ...(channelId === null ? {} : { initial_conversation: channelId }),
        },
        {
          optional: true,
          dispatch: true,
          hint: 'Without one, these hours are for every channel without its own.',
        },
      ),
      section(
        channelId === null
          ? `Now, for the whole workspace: ${words(hoursWords(hours))}`
          : `Now, for ${channel(channelId)}: ${words(hoursWords(hours))}${own ? '' : ', those of the workspace'}`,
      ),
      input(
        `${ZONE_FIELD}.${at}`,
        'Time zone',
        { type: 'plain_text_input', action_id: ZONE_FIELD, initial_value: hours.timeZone, max_length: 60 },
        { hint: 'Such as Europe/Zurich, America/New_York or UTC.' },
      ),
      input(`${DAYS_FIELD}.${at}`, 'Days', {
        type: 'checkboxes',
        action_id: DAYS_FIELD,
        options: DAY_OPTIONS,
        ...(hours.days.length === 0
          ? {}
          : { initial_options: DAY_OPTIONS.filter(({ value }) => hours.days.includes(Number(value))) }),
      }),
      input(`${FROM_FIELD}.${at}`, 'From', {
        type: 'timepicker',
        action_id: FROM_FIELD,
        initial_time: hours.from,
      }),
      input(
        `${UNTIL_FIELD}.${at}`,
        'Until',
        { type: 'timepicker', action_id: UNTIL_FIELD, initial_time: hours.until },
        { hint: 'Not after From means on the next day.' },
      ),
      ...(channelId !== null && own
        ? [
            actions('hours.actions', [
              button('Use the workspace’s hours', HOURS_RESET, {
                value: channelId,
                confirm: confirm(
                  'Forget this channel’s hours?',
                  'Its reminders come at the hours of the workspace.',
                  'Forget them',
                  false,
                ),
              }),
            ]),
          ]
        : []),
      context('Reminders wait for these hours. Alerts that cannot wait do not.'),
    ],
  };
}

/** The inputs of each place are others, so that no client keeps what was typed for another. */
function placeOf(channelId: string | null, own: boolean): string {
  return channelId === null ? WORKSPACE : `${channelId}.${own ? 'own' : 'inherited'}`;
}

export interface TypedHours {
  readonly channelId: string | null;
  readonly hours: WorkingHours;
}

export function parseHours(view: IncomingView): Parsed<TypedHours> {
  const at = view.metadata;
  const [place = ''] = at.split('.');
  const channelId = place === WORKSPACE ? null : place;
  const zone = `${ZONE_FIELD}.${at}`;
  const timeZone = (view.values.get(zone)?.one ?? '').trim();
  if (!isTimeZone(timeZone)) {
    return { ok: false, errors: { [zone]: 'No such time zone: write it such as Europe/Zurich.' } };
  }
  const days = (view.values.get(`${DAYS_FIELD}.${at}`)?.many ?? []).map(Number).toSorted((a, b) => a - b);
  if (days.length === 0)
    return { ok: false, errors: { [`${DAYS_FIELD}.${at}`]: 'Choose at least one day.' } };
  const from = view.values.get(`${FROM_FIELD}.${at}`)?.one ?? '';
  const until = view.values.get(`${UNTIL_FIELD}.${at}`)?.one ?? '';
  if (from === '') return { ok: false, errors: { [`${FROM_FIELD}.${at}`]: 'Choose a time.' } };
  if (until === '') return { ok: false, errors: { [`${UNTIL_FIELD}.${at}`]: 'Choose a time.' } };
  return { ok: true, input: { channelId, hours: { timeZone, days, from, until } } };
}

/** The channel chosen in the open window. */
export function chosenHoursChannel(view: IncomingView): string | null {
  return view.values.get(HOURS_CHANNEL)?.one ?? null;
}
