import type { ConnectionState } from '../domain/connection.ts';
import type { ContainmentState } from '../domain/containment.ts';
import { EDITS_OUTLET, PAGER_OUTLET, SEVERITIES, type Severity } from '../domain/notice.ts';
import type { RotationState } from '../domain/rotation.ts';
import type { Verification } from '../domain/verification.ts';
import { RekeyError } from '../errors.ts';
import { lastAuditCheck } from '../handlers/check-audit.ts';
import { pauseOf } from '../handlers/pause.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Stores } from '../ports/stores.ts';
import { ANY_INCIDENT, type IncidentStore } from '../ports/watch.ts';
import type { Clock } from '../ports/world.ts';
import { readWatch, type WatchReadings } from './watch-readings.ts';

/** What the database says about the work at hand. */
export interface Readings {
  readonly outboxWaiting: number;
  /** Age of the oldest notice that waits; ms. */
  readonly outboxOldestMs: number;
  /** How many dead letters there are of each job. */
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly connections: readonly {
    readonly state: ConnectionState;
    readonly check: Verification['status'] | 'never';
    readonly count: number;
  }[];
  readonly paused: boolean;
  /** How many are open, by state. */
  readonly rotations: ReadonlyMap<RotationState, number>;
  /** How long the rotation that is longest due has not been taken further; ms, 0 when none is due. */
  readonly rotationsOverdueMs: number;
  /** How many are not over, by state. */
  readonly containments: ReadonlyMap<ContainmentState, number>;
  /** How long the containment that is longest due has not been looked at; ms, 0 when none is due. */
  readonly containmentsOverdueMs: number;
  readonly watch: WatchReadings;
  /** How many open incidents there are of each severity. */
  readonly incidents: ReadonlyMap<Severity, number>;
  /** Ways out through which nothing gets, by what they are. */
  readonly outletsTroubled: ReadonlyMap<OutletKind, number>;
  readonly audit: AuditReadings;
}

type OutletKind = 'channel' | 'person' | 'edits' | 'paging';

export interface AuditReadings {
  readonly unchained: number;
  /** Age of the oldest entry that is not chained; ms, 0 when all are. */
  readonly unchainedOldestMs: number;
  /** Whether the last check of the whole log found it as it was written; null: it was not checked yet. */
  readonly verified: boolean | null;
}

type ReadStores = Pick<
  Stores,
  'connections' | 'notices' | 'settings' | 'rotation' | 'containments' | 'watch' | 'outlets' | 'audit'
>;

/** More dead letters than this are not counted one by one. */
const DEAD_LETTERS = 1_000;
/** Readings this young are not taken again; ms. */
const KEPT_MS = 5_000;
const DEADLINE_MS = 3_000;

/** Reads them, at most every few seconds however often somebody asks. Throws RekeyError `unreachable`. */
export function readingsOf(
  stores: ReadStores,
  jobs: Pick<Jobs, 'deadLetters'>,
  clock: Clock,
): () => Promise<Readings> {
  let last: { readonly readings: Promise<Readings>; readonly at: number } | null = null;
  return async () => {
    const now = clock.now();
    if (last === null || Math.abs(now - last.at) > KEPT_MS) {
      const readings = withinTime(read(stores, jobs, now), DEADLINE_MS, clock);
      last = { readings, at: now };
      readings.catch(() => {
        last = null;
      });
    }
    return last.readings;
  };
}

async function read(stores: ReadStores, jobs: Pick<Jobs, 'deadLetters'>, now: number): Promise<Readings> {
  const { rotations, containments } = { ...stores, ...stores.rotation };
  const [outbox, dead, connections, pause, dueSince, containDueSince, troubled, unchained, checked] =
    await Promise.all([
      stores.notices.waiting(),
      jobs.deadLetters(DEAD_LETTERS),
      stores.connections.list(),
      pauseOf({ stores }),
      rotations.longestDue(now),
      containments.longestDue(now),
      stores.outlets.troubled(),
      stores.audit.countUnchained(),
      lastAuditCheck({ stores }),
    ]);
  const byState = Map.groupBy(
    connections,
    ({ state, lastCheck }) => `${state} ${lastCheck?.status ?? 'never'}`,
  );
  return {
    outboxWaiting: outbox.count,
    outboxOldestMs: age(outbox.oldestAt, now),
    deadLetters: new Map(
      [...Map.groupBy(dead, ({ name }) => name)].map(([name, letters]) => [name, letters.length]),
    ),
    connections: [...byState.values()].flatMap((alike) =>
      alike.slice(0, 1).map(({ state, lastCheck }) => ({
        state,
        check: lastCheck?.status ?? 'never',
        count: alike.length,
      })),
    ),
    paused: pause !== null,
    rotations: await rotations.countByState(),
    rotationsOverdueMs: age(dueSince, now),
    containments: await containments.countByState(),
    containmentsOverdueMs: age(containDueSince, now),
    watch: await readWatch(stores.watch, now),
    incidents: await openIncidents(stores.watch.incidents),
    outletsTroubled: new Map(
      [...Map.groupBy(troubled, outletKind)].map(([kind, alike]) => [kind, alike.length]),
    ),
    audit: {
      unchained: unchained.count,
      unchainedOldestMs: age(unchained.oldestAt, now),
      verified: checked === null ? null : checked.result === 'verified',
    },
  };
}

/** How long ago that was; 0 for never, and for what is to come. */
function age(at: number | null, now: number): number {
  return at === null ? 0 : Math.max(0, now - at);
}

async function openIncidents(incidents: Pick<IncidentStore, 'count'>): Promise<Map<Severity, number>> {
  const atLeast = await Promise.all(
    SEVERITIES.map((least) => incidents.count({ ...ANY_INCIDENT, open: true, least })),
  );
  return new Map(SEVERITIES.map((severity, at) => [severity, (atLeast[at] ?? 0) - (atLeast[at + 1] ?? 0)]));
}

function outletKind({ id }: { readonly id: string }): OutletKind {
  if (id === PAGER_OUTLET) return 'paging';
  if (id === EDITS_OUTLET) return 'edits';
  return /^[UW]/.test(id) ? 'person' : 'channel';
}

/** The answer, or a RekeyError `unreachable` when it takes longer than `ms`. */
export async function withinTime<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> {
  const ended = new AbortController();
  const tooLate = clock.sleep(ms, ended.signal).then(
    (): never => {
      throw new RekeyError('unreachable', `There was no answer within ${ms / 1_000} s.`);
    },
    () => work,
  );
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    ended.abort();
  }
}
