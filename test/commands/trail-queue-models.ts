import type { ModalView } from '@slack/types';
import { checkingView, keptView, notKeptView, queueForm } from '../../commands/modals/trail-queue-form.ts';
import { queuesView, queueView } from '../../commands/modals/trail-queues-view.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { NEW_QUEUE, queueUrl, type QueueState } from '../../src/domain/trail-queue.ts';
import { policyFor, type QueueCheck } from '../../src/handlers/trail-queues/check.ts';
import type { QueueLook } from '../../src/handlers/trail-queues/look.ts';
import { trailFile, trailQueue } from '../db/trail-samples.ts';
import { NOW, type Outside } from './outside.ts';

/** Everything that is shown of trail queues, with texts from outside in it. */
export function trailQueueViewsOf(outside: Outside, connection: Connection): [string, ModalView][] {
  const trouble = { why: outside.description, since: NOW, toldAt: null };
  const look = (state: Partial<QueueState>, changes: Partial<QueueLook> = {}): QueueLook => ({
    queue: trailQueue({
      setAt: NOW,
      state: { ...NEW_QUEUE, heardAt: NOW, drainedAt: NOW, depth: 12, ...state },
    }),
    connection,
    left: { waiting: 3, oldestDueAt: NOW, aside: 0, failing: null },
    accounts: [],
    ...changes,
  });
  const full = look(
    { files: 12_345, strangers: 99, ignored: 7 },
    {
      left: { waiting: 0, oldestDueAt: null, aside: 60, failing: null },
      accounts: Array.from({ length: 30 }, (_, at) => ({
        name: outside.name,
        leads: at,
        both: 17 - (at % 17),
      })),
    },
  );
  const aside = Array.from({ length: 10 }, () =>
    trailFile({
      key: outside.description.slice(0, 900),
      reason: outside.description,
      arrivedAt: NOW,
      state: 'aside',
    }),
  );
  const queue = trailQueue();
  const place = { connection, address: queue, bucket: queue.bucket };
  const failed: QueueCheck = {
    problems: [
      { what: outside.description.slice(0, 900), mend: 'Give it the policy below, and check again.' },
    ],
    notes: Array.from({ length: 5 }, () => outside.reference),
    policies: policyFor(place),
  };
  const typed = {
    id: null,
    seen: 0,
    connectionId: connection.id,
    url: queueUrl(queue),
    bucket: queue.bucket,
  };
  const looks = [
    look({ heardAt: null }),
    look({ trouble }),
    look({ gaps: trouble }),
    look({ behind: trouble }),
    look({}, { connection: null }),
    full,
  ];
  return [
    ['trail queues', queuesView(looks, 'Removed.')],
    ['trail queues, none', queuesView([], null)],
    [
      'trail queues, more than fit',
      queuesView(
        Array.from({ length: 80 }, () => full),
        null,
      ),
    ],
    ['trail queue', queueView({ ...full, aside }, 'Asking AWS…')],
    [
      'trail queue, new',
      queueView({ ...look({ heardAt: null, drainedAt: null, depth: null }), aside: [] }, null),
    ],
    ['trail queue form', queueForm([connection])],
    ['trail queue form, as it was typed', queueForm([connection], typed)],
    ['trail queue, checking', checkingView()],
    ['trail queue, not saved', notKeptView(failed, typed)],
    ['trail queue, saved', keptView('Saved.', { problems: [], notes: failed.notes, policies: [] })],
  ];
}
