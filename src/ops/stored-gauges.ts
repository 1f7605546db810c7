import { Gauge, type Registry } from 'prom-client';
import type { Readings } from './readings.ts';

/** A figure with its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What is as true for every instance that shares the database. */
interface Stored {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (readings: Readings) => readonly Sample[];
}

const STORED: readonly Stored[] = [
  single('rekey_outbox_waiting', 'Notices that wait to be posted.', (all) => all.outboxWaiting),
  single('rekey_outbox_oldest_seconds', 'Age of the oldest notice that waits; 0 when none does.', (all) =>
    seconds(all.outboxOldestMs),
  ),
  each(
    'rekey_outlets_troubled',
    'Ways out through which nothing gets, by what they are.',
    'kind',
    (all) => all.outletsTroubled,
  ),
  each('rekey_dead_letters', 'Jobs that failed for good and are kept.', 'job', (all) => all.deadLetters),
  {
    name: 'rekey_connections',
    help: 'Connections by state and by the verdict of their last check.',
    labels: ['state', 'check'],
    samples: ({ connections }) => connections.map(({ count, ...labels }): Sample => [labels, count]),
  },
  single('rekey_paused', '1 while an admin has paused what changes AWS.', ({ paused }) => (paused ? 1 : 0)),
  each(
    'rekey_rotations_open',
    'Rotations that are neither done nor undone, by state.',
    'state',
    (all) => all.rotations,
  ),
  single(
    'rekey_rotations_overdue_seconds',
    'How long the rotation that is longest due has not been taken further; 0 when none is due.',
    (all) => seconds(all.rotationsOverdueMs),
  ),
  each(
    'rekey_containments_open',
    'Containments that are not over, by state.',
    'state',
    (all) => all.containments,
  ),
  single(
    'rekey_containments_overdue_seconds',
    'How long the containment that is longest due has not been looked at; 0 when none is due.',
    (all) => seconds(all.containmentsOverdueMs),
  ),
  each('rekey_incidents_open', 'Open incidents by severity.', 'severity', (all) => all.incidents),
  each(
    'rekey_watched_accounts',
    'Accounts whose events are read, by how that stands.',
    'state',
    (all) => all.watch.accounts,
  ),
  {
    name: 'rekey_watch_read_seconds',
    help: 'How long ago what was read ends, in the region that is furthest behind.',
    labels: ['regions'],
    samples: ({ watch }) =>
      [...watch.behind].map(([regions, { readMs }]): Sample => [{ regions }, seconds(readMs)]),
  },
  {
    name: 'rekey_watch_complete_seconds',
    help: 'How long ago what is complete ends, in the region that is furthest behind.',
    labels: ['regions'],
    samples: ({ watch }) =>
      [...watch.behind].map(([regions, { completeMs }]): Sample => [{ regions }, seconds(completeMs)]),
  },
  each('rekey_trail_queues', 'Trail queues by how they stand.', 'state', ({ watch }) => watch.queues?.count),
  single(
    'rekey_trail_queue_messages',
    'Messages AWS said are in all trail queues at the last look.',
    ({ watch }) => watch.queues?.messages,
  ),
  single(
    'rekey_trail_queue_not_empty_seconds',
    'How long the trail queue for which that is longest was not found empty.',
    ({ watch }) => (watch.queues === null ? undefined : seconds(watch.queues.notEmptyMs)),
  ),
  each(
    'rekey_trail_files',
    'Files of trails that wait to be read, or were set aside.',
    'state',
    ({ watch }) => watch.queues?.files,
  ),
  single('rekey_audit_unchained', 'Audit entries that are not chained yet.', ({ audit }) => audit.unchained),
  single(
    'rekey_audit_unchained_oldest_seconds',
    'Age of the oldest of them; 0 when all are chained.',
    ({ audit }) => seconds(audit.unchainedOldestMs),
  ),
  single(
    'rekey_audit_verified',
    '1 when the last check of the whole audit log found it as it was written.',
    ({ audit }) => (audit.verified === null ? undefined : audit.verified ? 1 : 0),
  ),
];

/** The figures out of the database. Without readings none is shown, but that there are none. */
export function storedGauges(registers: Registry[]): { show(readings: Readings | null): void } {
  const readable = new Gauge({
    name: 'rekey_database_readable',
    help: '1 when the database answered this very page; else the figures from it are missing.',
    registers,
  });
  const gauges = STORED.map(({ name, help, labels, samples }) => ({
    samples,
    gauge: new Gauge({ name, help, labelNames: labels, registers }),
    isLabelled: labels.length > 0,
  }));
  return {
    show(readings) {
      readable.set(readings === null ? 0 : 1);
      for (const { gauge, samples, isLabelled } of gauges) {
        // One without labels would begin anew with 0.
        if (isLabelled) gauge.reset();
        else gauge.remove();
        for (const [labels, value] of readings === null ? [] : samples(readings)) gauge.set(labels, value);
      }
    },
  };
}

/** One figure; undefined: there is none to tell. */
function single(name: string, help: string, of: (readings: Readings) => number | undefined): Stored {
  return {
    name,
    help,
    labels: [],
    samples(readings) {
      const value = of(readings);
      return value === undefined ? [] : [[{}, value]];
    },
  };
}

/** One figure for each value of a label. */
function each(
  name: string,
  help: string,
  label: string,
  of: (readings: Readings) => ReadonlyMap<string, number> | undefined,
): Stored {
  return {
    name,
    help,
    labels: [label],
    samples: (readings) => [...(of(readings) ?? [])].map(([value, count]) => [{ [label]: value }, count]),
  };
}

function seconds(ms: number): number {
  return ms / 1_000;
}
