import type { Clock, Log } from '../src/ports/world.ts';

/**
 * How many works are under way at a time. Each computes and writes now and then; were there many, a click that has
 * just arrived would wait for all of them before it is acknowledged.
 */
const ABREAST = 6;
/** How long a work lets those be answered who are at the door; ms. */
const YIELD_MS = 1_500;
/** A work that takes longer than this waits for AWS or Slack rather than computes: it makes room; ms. */
const ROOM_AFTER_MS = 2_000;

/** Work that goes on after an acknowledgement; a stopping process waits for it. */
export class Background {
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  /** People being answered. */
  readonly #visits = new Set<Promise<void>>();
  /** Works that wait for room. */
  readonly #waiting: (() => void)[] = [];
  #room = ABREAST;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs the work; a failure is logged, since nobody waits for it. */
  run(work: () => Promise<void>, log: Log): void {
    const done = this.#inTurn(work)
      .catch((error: unknown) => log.error('background work failed', { error }))
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  /** Lets a stopping process wait for a visit of somebody too; its failure is the caller's. */
  async hold(visit: Promise<void>): Promise<void> {
    const done = visit.catch(() => undefined).finally(() => this.#visits.delete(done));
    this.#visits.add(done);
    return visit;
  }

  /** Resolves when all who came have been answered, or after `graceMs`. True when all have. */
  async answered(graceMs: number, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
    return empty([this.#visits], graceMs, clock);
  }

  /** Resolves when nothing runs any more, or after `graceMs`. True when all of it ended. */
  async drain(graceMs: number, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
    return empty([this.#visits, this.#running], graceMs, clock);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#room > 0) this.#room -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const ended = new AbortController();
    const makeRoom = (): void => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#room += 1;
      else next();
    };
    void this.#clock.sleep(ROOM_AFTER_MS, ended.signal).then(makeRoom, makeRoom);
    try {
      // A burst of clicks is acknowledged before the work of its first ones takes the processor.
      await empty([this.#visits], YIELD_MS, this.#clock);
      await work();
    } finally {
      ended.abort();
    }
  }
}

/** Waits until nothing is left in any of the sets; true unless the grace was over first. */
async function empty(
  sets: readonly ReadonlySet<Promise<void>>[],
  graceMs: number,
  clock: Pick<Clock, 'sleep'>,
): Promise<boolean> {
  const ended = new AbortController();
  const left = (): Promise<void>[] => sets.flatMap((set) => [...set]);
  const all = async (): Promise<boolean> => {
    while (left().length > 0) await Promise.all(left());
    // A timer left behind would keep the process alive.
    ended.abort();
    return true;
  };
  const grace = clock.sleep(graceMs, ended.signal).then(
    () => false,
    () => true,
  );
  return Promise.race([all(), grace]);
}
