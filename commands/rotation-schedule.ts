import { wakeOutbox } from '../src/handlers/alert.ts';
import { beginDryRun, dryRunFailed, sendDryRun } from '../src/handlers/rotations/schedule-dry-run.ts';
import { previewSchedule } from '../src/handlers/rotations/schedule-preview.ts';
import { resumeSchedules, stopSchedules } from '../src/handlers/rotations/schedule-stop.ts';
import {
  changedBy,
  lookSchedule,
  setSchedule,
  type ScheduleLook,
} from '../src/handlers/rotations/schedules.ts';
import type { RotationSchedule } from '../src/domain/rotation-schedule.ts';
import { hoursWords } from '../src/domain/working-hours.ts';
import type { Message } from '../src/ports/slack.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { brief, cut, escape, person, words } from '../src/slack/blocks/mrkdwn.ts';
import { refreshHome } from './refresh-home.ts';
import { modal, type Action, type Context } from './entry.ts';
import type { IncomingView } from './incoming.ts';
import { dryRunWords } from './messages/schedule-dry-run.ts';
import { messageView } from './modals/message-view.ts';
import {
  parseSchedule,
  SCHEDULE_DRY_RUN,
  SCHEDULE_ERROR_BLOCK,
  SCHEDULE_FORM,
  SCHEDULE_PREVIEW,
  scheduleForm,
  type ScheduleFormLook,
  type TypedSchedule,
} from './modals/rotation-schedule-form.ts';
import {
  parseStop,
  SCHEDULE_OPEN,
  STOP_ERROR_BLOCK,
  STOP_FORM,
  STOP_OPEN,
  STOP_RESUME,
  stopForm,
} from './modals/rotation-schedule-stop.ts';
import { look as settingsLook } from './settings.ts';

/** Opens the schedule of a connection from the settings. */
const open: Action = {
  actionId: SCHEDULE_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const look = await lookSchedule(context.services, context.actor, context.incoming.text);
    await context.show(scheduleForm({ look, schedule: look.schedule, preview: null, said: null }));
  },
};

/** Shows in the same window which keys what is typed would replace today. */
const preview: Action = {
  actionId: SCHEDULE_PREVIEW,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const typed = await typedIn(context, view, '*Not previewed.*');
    if (typed === null) return;
    const { look, schedule } = typed;
    await show(context, view.id, {
      look,
      schedule,
      preview: await previewed(context, look, schedule),
      said: null,
    });
  },
};

/** Sends every key and every call of what is typed to whoever asks, and changes nothing. */
const dryRun: Action = {
  actionId: SCHEDULE_DRY_RUN,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const typed = await typedIn(context, view, '*No dry run.*');
    if (typed === null) return;
    const { look, schedule } = typed;
    const request = context.request({ decision: `${SCHEDULE_DRY_RUN}:${view.id}:${view.hash}` });
    const asked = await beginDryRun(context.services, request, look.connection, schedule);
    context.later(async () => {
      try {
        await sendDryRun(context.services, asked, dryRunWords, AbortSignal.timeout(DRY_RUN_MS));
      } catch (error) {
        context.log.error('a dry run failed', { error });
        await dryRunFailed(context.services, asked, dryRunWords);
      }
    });
    const said = 'The dry run is on its way: it comes to you in a direct message from Rekey.';
    await show(context, view.id, {
      look,
      schedule,
      preview: await previewed(context, look, schedule),
      said,
    });
  },
};

/** AWS is asked about every key that would be replaced. */
const DRY_RUN_MS = 10 * 60_000;

const scheduleModal = modal<TypedSchedule>({
  callbackId: SCHEDULE_FORM,
  needs: 'admin',
  // What it begins later outlives the doubt about who set it.
  irreversible: true,
  errorBlock: SCHEDULE_ERROR_BLOCK,
  parse: parseSchedule,
  async submit(context, input, view) {
    const { services } = context;
    const { connectionId, seen, schedule } = input;
    const look = await lookSchedule(services, context.actor, connectionId);
    if (schedule.on && !input.previewed) return unseen(context, look, input, view.metadata);
    await setSchedule(services, context.request(), connectionId, seen, schedule);
    context.later(() => refreshHome(services, context.desk, context.actor.userId));
    const name = brief(look.connection.name, 90);
    if (!schedule.on) {
      return messageView(
        'Saved',
        `Rotation by schedule is off for *${name}*. Rotations under way go on; *Stop* under /aws-settings holds them up.`,
      );
    }
    const force =
      look.overruledBy === null
        ? `Rotations begin ${words(hoursWords(schedule.window))}.`
        : `It is not in force now: the schedule of *${brief(look.overruledBy.name, 90)}* holds for this account.`;
    return messageView('Saved', `Rotation by schedule is on for *${name}*. ${force}`);
  },
});

/** Nothing is switched on that was not shown: the preview of what was typed comes first. */
async function unseen(
  context: Context,
  look: ScheduleLook,
  { seen, schedule }: TypedSchedule,
  metadata: string,
): Promise<ReturnType<typeof scheduleForm>> {
  if (look.version !== seen) throw changedBy(look.kept);
  const stale = (metadata.split(' ')[2] ?? '') !== '';
  const said = stale
    ? '*Not saved yet: the preview was of other values.* What is typed now would replace the keys listed at the top; press Save again to keep it.'
    : '*Not saved yet.* The keys it would replace today are listed at the top; press Save again to keep it.';
  return scheduleForm({ look, schedule, preview: await previewed(context, look, schedule), said });
}

const openStop: Action = {
  actionId: STOP_OPEN,
  needs: 'operator',
  opensModal: true,
  async run(context) {
    await context.show(stopForm());
  },
};

const stopModal = modal<{ why: string }>({
  callbackId: STOP_FORM,
  needs: 'operator',
  // Stopping is safe whoever does it; going on is not.
  irreversible: false,
  errorBlock: STOP_ERROR_BLOCK,
  parse: parseStop,
  async submit(context, { why }, view) {
    await stopSchedules(context.services, context.request(), why, stoppedMessage(context, why));
    const { rootId } = view;
    context.later(() =>
      shown(context, rootId === view.id ? null : rootId, 'Rotations by schedule are stopped.'),
    );
    return messageView(
      'Stopped',
      'No rotation begins by itself, and those that did change nothing more, until an admin lets them go on under /aws-settings.',
    );
  },
});

const goOn: Action = {
  actionId: STOP_RESUME,
  needs: 'admin',
  irreversible: true,
  opensModal: false,
  async run(context, view) {
    await resumeSchedules(context.services, context.request(), resumedMessage(context));
    context.later(() => shown(context, view?.id ?? null, 'Rotations by schedule go on.'));
  },
};

/** Draws the settings again (if they are open) and Home, and lets the notice go out. */
async function shown(context: Context, viewId: string | null, said: string): Promise<void> {
  const { services, desk, actor } = context;
  await wakeOutbox(services);
  if (viewId !== null) await desk.update(viewId, await settingsLook(context, said));
  await refreshHome(services, desk, actor.userId);
}

async function show(context: Context, viewId: string, look: ScheduleFormLook): Promise<void> {
  await context.desk.update(viewId, scheduleForm(look));
}

/**
 * What is typed in the open window, and what it is about; null when that cannot be used, which the window then says. It
 * goes on editing the version it was opened with: a change by somebody else must not be undone unseen.
 */
async function typedIn(
  context: Context,
  view: IncomingView,
  notDone: string,
): Promise<{ readonly look: ScheduleLook; readonly schedule: RotationSchedule } | null> {
  const [connectionId = '', version] = view.metadata.split(' ');
  const now = await lookSchedule(context.services, context.actor, connectionId);
  const look = { ...now, version: Number(version ?? now.version) };
  const parsed = parseSchedule(view);
  if (parsed.ok) return { look, schedule: parsed.input.schedule };
  const said = `${notDone} ${Object.values(parsed.errors).map(words).join(' ')}`;
  await show(context, view.id, { look, schedule: look.schedule, preview: null, said });
  return null;
}

async function previewed(
  { services, actor }: Context,
  { connection }: ScheduleLook,
  schedule: RotationSchedule,
): ReturnType<typeof previewSchedule> {
  return previewSchedule(services, actor, connection.accountId, schedule);
}

function stoppedMessage({ actor }: Context, why: string): Message {
  const by = person(actor.userId);
  return {
    text: `Rotations by schedule were stopped by ${by}: ${escape(cut(why, 200))}`,
    blocks: [
      section(`*Rotations by schedule were stopped* by ${by}: ${words(why)}`),
      section(
        'None begins, and those under way change nothing more, until an admin lets them go on under /aws-settings. What people began goes on.',
      ),
    ],
  };
}

function resumedMessage({ actor }: Context): Message {
  const text = `Rotations by schedule go on: ${person(actor.userId)} ended the stop.`;
  return { text, blocks: [section(text)] };
}

export const scheduleActions: readonly Action[] = [open, preview, dryRun, openStop, goOn];
export const scheduleModals = [scheduleModal, stopModal];
