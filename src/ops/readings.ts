import type { ConnectionState } from '../domain/connection.ts';
import type { RotationState } from '../domain/rotation.ts';
import type { Verification } from '../domain/verification.ts';
import { RekeyError } from '../errors.ts';
import { pauseOf } from '../handlers/pause.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock } from '../ports/world.ts';

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
}

/** More dead letters than this are not counted one by one. */
const DEAD_LETTERS = 1_000;
/** Readings this young are not taken again; ms. */
const KEPT_MS = 5_000;
const DEADLINE_MS = 3_000;

/** Reads them, at most every few seconds however often somebody asks. Throws RekeyError `unreachable`. */
export function readingsOf(
  stores: Pick<Stores, 'connections' | 'notices' | 'settings' | 'rotation'>,
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

async function read(
  stores: Pick<Stores, 'connections' | 'notices' | 'settings' | 'rotation'>,
  jobs: Pick<Jobs, 'deadLetters'>,
  now: number,
): Promise<Readings> {
  const [outbox, dead, connections, pause, rotations, dueSince] = await Promise.all([
    stores.notices.waiting(),
    jobs.deadLetters(DEAD_LETTERS),
    stores.connections.list(),
    pauseOf({ stores }),
    stores.rotation.rotations.countByState(),
    stores.rotation.rotations.longestDue(now),
  ]);
  const byState = Map.groupBy(
    connections,
    ({ state, lastCheck }) => `${state} ${lastCheck?.status ?? 'never'}`,
  );
  return {
    outboxWaiting: outbox.count,
    outboxOldestMs: outbox.oldestAt === null ? 0 : Math.max(0, now - outbox.oldestAt),
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
    rotations,
    rotationsOverdueMs: dueSince === null ? 0 : Math.max(0, now - dueSince),
  };
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
