import type { KnownBlock, ModalView } from '@slack/types';
import {
  LEAST_APART_MINUTES,
  MOST_APART_MINUTES,
  MOST_AT_ONCE,
  MOST_LEAD_DAYS,
  type RotationSchedule,
} from '../../src/domain/rotation-schedule.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { ScheduleLook } from '../../src/handlers/rotations/schedules.ts';
import type { SchedulePreview } from '../../src/handlers/rotations/schedule-preview.ts';
import {
  actions,
  button,
  context,
  divider,
  input,
  numberField,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import {
  brief,
  code,
  linesAndMore,
  moment,
  person,
  plain,
  wholeLines,
  words,
} from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { daysInput, readHours, timeInputs, zoneInput, type HoursFields } from './hours-fields.ts';
import { fingerprintOf } from './metadata.ts';

export const SCHEDULE_FORM = 'schedule.form';
export const SCHEDULE_PREVIEW = 'schedule.preview';
export const SCHEDULE_DRY_RUN = 'schedule.dry_run';
export const SCHEDULE_ERROR_BLOCK = 'field.scheduleOn';

const ON_FIELD = 'field.scheduleOn';
const LEAD_FIELD = 'field.leadDays';
const WINDOW: HoursFields = {
  zone: 'field.scheduleZone',
  days: 'field.scheduleDays',
  from: 'field.scheduleFrom',
  until: 'field.scheduleUntil',
};
const MOST_FIELD = 'field.mostAtOnce';
const APART_FIELD = 'field.apartMinutes';

const NOBODY_ELSE =
  '*Nobody else is an admin:* nobody could confirm that old keys are deleted. Give somebody else the role admin under `/aws-settings`, Roles, or add them to REKEY_ADMINS.';

const SWITCH = [option('Off', 'off'), option('On', 'on')] as const;

export interface ScheduleFormLook {
  readonly look: ScheduleLook;
  /** What the fields show: what is kept, or what was typed. */
  readonly schedule: RotationSchedule;
  readonly preview: SchedulePreview | null;
  /** What the last button did, in mrkdwn, or null. */
  readonly said: string | null;
}

/** The rotation schedule of one connection. It remembers what its preview was of: nothing else is saved unseen. */
export function scheduleForm({ look, schedule, preview, said }: ScheduleFormLook): ModalView {
  const { connection, version, kept, overruledBy, nobodyElse } = look;
  const previewed = preview === null ? '' : fingerprint(schedule);
  const set =
    kept === null
      ? 'Nothing was set yet: it is off.'
      : `Set by ${person(kept.by)} at ${moment(kept.at)}; it is ${kept.schedule.on ? 'on' : 'off'}.`;
  return {
    type: 'modal',
    callback_id: SCHEDULE_FORM,
    private_metadata: `${connection.id} ${version} ${previewed}`,
    title: plain('Rotation by schedule', 24),
    submit: plain('Save', 24),
    close: plain('Cancel', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      section(
        `Keys of *${brief(connection.name, 90)}*, account ${code(connection.accountId)}, that come of age are replaced without being asked for. ${set}`,
      ),
      context(
        'Only ordinary keys in use, of users with one key and approved destinations. Old keys are deactivated when nobody uses them any more, and deleted when a second person says so: an admin who neither switched this on nor changed it last.',
      ),
      ...(nobodyElse ? [section(NOBODY_ELSE)] : []),
      ...(overruledBy === null
        ? []
        : [
            section(
              `*Not in force now:* for this account *${brief(overruledBy.name, 90)}* reads the keys, and its schedule holds.`,
            ),
          ]),
      actions('schedule.actions', [
        button('Preview', SCHEDULE_PREVIEW, { about: 'Show which keys this schedule would replace today' }),
        button('Dry run', SCHEDULE_DRY_RUN, {
          about: 'Dry run: every key replaced and spared, and every call, in a direct message',
        }),
      ]),
      ...(preview === null ? [] : previewBlocks(preview)),
      divider(),
      input(ON_FIELD, 'Rotation by schedule', {
        type: 'radio_buttons',
        action_id: ON_FIELD,
        options: [...SWITCH],
        initial_option: schedule.on ? SWITCH[1] : SWITCH[0],
      }),
      numberField(LEAD_FIELD, 'Begin … days before the maximum age', schedule.leadDays, {
        max: MOST_LEAD_DAYS,
        hint: 'The quiet window and the soak come after that: a day and a week at least.',
      }),
      daysInput(WINDOW, schedule.window, 'Days of the maintenance window'),
      ...timeInputs(
        WINDOW,
        schedule.window,
        'Rotations begin inside the window. Not after From means on the next day.',
      ),
      zoneInput(WINDOW, schedule.window),
      numberField(MOST_FIELD, 'At most … open at once', schedule.mostAtOnce, {
        max: MOST_AT_ONCE,
        hint: 'One that waits for a person counts: trouble stops the rest.',
      }),
      numberField(APART_FIELD, 'At least … minutes apart', schedule.apartMinutes, {
        max: MOST_APART_MINUTES,
        hint: `From ${LEAST_APART_MINUTES} to ${MOST_APART_MINUTES}.`,
      }),
      // Again at the end, where whoever pressed Save is looking.
      context(said ?? 'Nothing is saved before you have seen which keys it would replace today.'),
    ],
  };
}

function previewBlocks(preview: SchedulePreview): KnownBlock[] {
  const { hits, hit, spared, reasons, readAt } = preview;
  const asOf = readAt === null ? 'the account was never read completely' : `as read at ${moment(readAt)}`;
  const lines = hits.map(({ userName, accessKeyId }) => `• ${brief(userName, 90)} · ${code(accessKeyId)}`);
  const why = wholeLines(
    reasons.map(({ why: reason, count }) => `• ${count}: ${words(reason)}`),
    1_400,
  );
  return [
    section(
      [
        `*Today it would replace ${counted(hit, 'key')}* and spare ${spared} (${asOf}).`,
        ...(hit === 0 ? [] : [linesAndMore(lines, 1_400, hit)]),
      ].join('\n'),
    ),
    ...(why.length === 0
      ? []
      : [
          section(
            [
              '*Spared:*',
              ...why,
              ...(reasons.length > why.length
                ? [`and ${counted(reasons.length - why.length, 'other reason')}`]
                : []),
            ].join('\n'),
          ),
        ]),
  ];
}

/** Names the values of a schedule, so that a window can tell whether its preview was of them. */
function fingerprint({ on, window, leadDays, mostAtOnce, apartMinutes }: RotationSchedule): string {
  const { timeZone, days, from, until } = window;
  return fingerprintOf([on, timeZone, days, from, until, leadDays, mostAtOnce, apartMinutes]);
}

export interface TypedSchedule {
  readonly connectionId: string;
  readonly seen: number;
  readonly schedule: RotationSchedule;
  /** Whether the preview shown is of exactly these values. */
  readonly previewed: boolean;
}

export function parseSchedule(view: IncomingView): Parsed<TypedSchedule> {
  const errors: Record<string, string> = {};
  const one = (block: string): string => (view.values.get(block)?.one ?? '').trim();
  const number = (block: string, least: number, most: number): number => {
    const typed = one(block);
    const value = /^\d{1,5}$/.test(typed) ? Number(typed) : -1;
    if (value < least || value > most) errors[block] = `A whole number from ${least} to ${most}.`;
    return value;
  };
  const leadDays = number(LEAD_FIELD, 1, MOST_LEAD_DAYS);
  const mostAtOnce = number(MOST_FIELD, 1, MOST_AT_ONCE);
  const apartMinutes = number(APART_FIELD, LEAST_APART_MINUTES, MOST_APART_MINUTES);
  const window = readHours(view, WINDOW);
  Object.assign(errors, window.errors);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const [connectionId = '', seen = '', previewed = ''] = view.metadata.split(' ');
  const schedule: RotationSchedule = {
    on: one(ON_FIELD) === 'on',
    window: window.hours,
    leadDays,
    mostAtOnce,
    apartMinutes,
  };
  return {
    ok: true,
    input: { connectionId, seen: Number(seen), schedule, previewed: previewed === fingerprint(schedule) },
  };
}
