import type { HomeView, ModalView } from '@slack/types';
import { dryRunWords } from '../../commands/messages/schedule-dry-run.ts';
import { scheduleForm } from '../../commands/modals/rotation-schedule-form.ts';
import { stopForm } from '../../commands/modals/rotation-schedule-stop.ts';
import { DEFAULT_ROTATION_SCHEDULE } from '../../src/domain/rotation-schedule.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { SchedulePreview } from '../../src/handlers/rotations/schedule-preview.ts';
import type { KeptSchedule } from '../../src/handlers/rotations/schedules.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { NOW, type Outside } from './outside.ts';

const KEY = 'AKIAEXAMPLE000000001';

/** The windows of rotation by schedule. */
export function scheduleViewsOf(
  outside: Outside,
  connection: Connection,
): [name: string, view: ModalView | HomeView][] {
  const kept: KeptSchedule = {
    schedule: { ...DEFAULT_ROTATION_SCHEDULE, on: true },
    by: 'U0ADMIN',
    at: NOW,
    onBy: 'U0ADMIN',
    version: 1,
  };
  const many: SchedulePreview = {
    hit: 40,
    hits: Array.from({ length: 10 }, (_, at) => ({
      accessKeyId: `${KEY}${at}`,
      userName: outside.path.slice(0, 64),
    })),
    spared: 6_000,
    reasons: Array.from({ length: 30 }, (_, at) => ({ why: `${at} ${outside.description}`, count: 200 })),
    readAt: NOW,
  };
  const none: SchedulePreview = { hit: 0, hits: [], spared: 0, reasons: [], readAt: null };
  const look = {
    connection,
    schedule: kept.schedule,
    kept,
    version: 1,
    overruledBy: null,
    nobodyElse: false,
  };
  const fresh = { ...look, kept: null, version: 0, schedule: DEFAULT_ROTATION_SCHEDULE };
  return [
    [
      'schedule, nothing set',
      scheduleForm({ look: fresh, schedule: fresh.schedule, preview: null, said: null }),
    ],
    ['schedule, previewed', scheduleForm({ look, schedule: look.schedule, preview: many, said: null })],
    [
      'schedule, not in force',
      scheduleForm({
        look: { ...look, overruledBy: connection, nobodyElse: true },
        schedule: look.schedule,
        preview: none,
        said: '*Not saved yet.*',
      }),
    ],
    ['stop schedules', stopForm()],
  ];
}

/** What rotation by schedule says. */
export function scheduleMessagesOf(outside: Outside): [name: string, message: Message][] {
  const head = { connectionName: outside.name, hit: 60, spared: 200, asked: 50, at: NOW };
  const lines = Array.from({ length: 120 }, (_, at) => `SPARE   ${KEY}${at} of ${outside.path.slice(0, 64)}`);
  return [
    [
      'spared',
      presenter.sparedMessage({
        accessKeyId: KEY,
        userName: outside.path.slice(0, 64),
        why: outside.description,
      }),
    ],
    ['dry run', dryRunWords.head(head)],
    ...dryRunWords.pages(lines).map((message, at): [string, Message] => [`dry run, page ${at + 1}`, message]),
    ['dry run failed', dryRunWords.failed(outside.name)],
  ];
}
