import type { ModalView } from '@slack/types';
import { hoursWords, type WorkingHours } from '../../src/domain/working-hours.ts';
import { actions, button, confirm, context, input, section } from '../../src/slack/blocks/elements.ts';
import { channel, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { daysInput, readHours, timeInputs, zoneInput, type HoursFields } from './hours-fields.ts';

export const HOURS_OPEN = 'settings.hours';
export const HOURS_FORM = 'hours.form';
export const HOURS_CHANNEL = 'hours.channel';
export const HOURS_RESET = 'hours.reset';

const WORKSPACE = 'workspace';

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
  const fields = fieldsOf(at);
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
      zoneInput(fields, hours),
      daysInput(fields, hours, 'Days'),
      ...timeInputs(fields, hours, 'Not after From means on the next day.'),
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

function fieldsOf(at: string): HoursFields {
  return {
    zone: `field.hoursZone.${at}`,
    days: `field.hoursDays.${at}`,
    from: `field.hoursFrom.${at}`,
    until: `field.hoursUntil.${at}`,
  };
}

export interface TypedHours {
  readonly channelId: string | null;
  readonly hours: WorkingHours;
}

export function parseHours(view: IncomingView): Parsed<TypedHours> {
  const at = view.metadata;
  const [place = ''] = at.split('.');
  const channelId = place === WORKSPACE ? null : place;
  const { hours, errors } = readHours(view, fieldsOf(at));
  const [wrong] = Object.entries(errors);
  return wrong === undefined
    ? { ok: true, input: { channelId, hours } }
    : { ok: false, errors: Object.fromEntries([wrong]) };
}

/** The channel chosen in the open window. */
export function chosenHoursChannel(view: IncomingView): string | null {
  return view.values.get(HOURS_CHANNEL)?.one ?? null;
}
