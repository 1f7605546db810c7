import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Log } from '../src/ports/world.ts';

/**
 * How many works are under way at a time. Each computes and writes now and then; were there many, a click that has
 * just arrived would wait for all of them before it is acknowledged.
 */
const ABREAST = 6;
/** How long a work lets those be answered who are at the door, however many keep coming; ms. */
const YIELD_MS = 2_500;
/** And before its steps, all of them together; ms. */
const STEPS_YIELD_MS = 1_000;
/**
 * Node.js accepts one connection in each turn of its loop, so a burst comes in one by one: the door is quiet when nobody
 * came in so many turns, and for so long (ms).
 */
const QUIET_TURNS = 8;
const QUIET_MS = 50;
/** A work that takes longer than this waits for AWS or Slack rather than computes: it makes room; ms. */
const ROOM_AFTER_MS = 2_000;

/** How long what is no more urgent, and each job, waits for those that are; ms. */
const URGENT_YIELD_MS = 2_000;

/** For work that begins at once: what of it is not urgent lets the urgent part of others go first. */
export interface Urgent {
  /** From here on it is like other work. */
  done(): void;
  /** Resolves when nobody is at the door and nothing is urgent, or after two seconds in all. */
  giveWay(): Promise<void>;
  /** Aborted when the process is to stop: what only follows something ends. */
  readonly leaving: AbortSignal;
}

/** Work that goes on after an acknowledgement; a stopping process waits for it. */
export class Background {
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  /** People being served. */
  readonly #visits = new Set<Promise<void>>();
  /** Those among them whom Slack still waits for. */
  readonly #atTheDoor = new Set<Promise<void>>();
  /** Works that wait for room. */
  readonly #waiting: (() => void)[] = [];
  /** Known inside of a work, however deep: how long it may yet give way; ms. */
  readonly #working = new AsyncLocalStorage<{ leftMs: number; readonly urgentOnly: boolean }>();
  #room = ABREAST;
  /** Works that began at once, as long as they are urgent. */
  #urgent = 0;
  /** Settles when the door is quiet; null while nobody waits for that. */
  #quiet: Promise<void> | null = null;
  /** How many ever came, and when the last one did. */
  #came = 0;
  #cameAt = -Infinity;
  readonly #leaving = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs the work; a failure is logged, since nobody waits for it. `patient`: its steps give way to those at the door;
   * not for what others, at the door too, may come to wait for.
   */
  run(work: () => Promise<void>, log: Log, { patient = false } = {}): void {
    this.#keep(this.#inTurn(work, patient), log);
  }

  /** The same without a turn: a stolen key is shut off before anything else. */
  atOnce(work: (urgent: Urgent) => Promise<void>, log: Log): void {
    this.#keep(this.#urgently(work), log);
  }

  /** Runs work that others wait for less: it and its steps give way to what is urgent, two seconds in all at the most. */
  async afterUrgent(work: () => Promise<void>): Promise<void> {
    await this.#working.run({ leftMs: URGENT_YIELD_MS, urgentOnly: true }, async () => {
      await this.giveWay();
      await work();
    });
  }

  /** For work that comes again and again: each of its steps gives way to those at the door and what is urgent, for a second in all. */
  patience(): () => Promise<void> {
    const mine = { leftMs: STEPS_YIELD_MS };
    return () => this.#spend(mine);
  }

  async #urgently(work: (urgent: Urgent) => Promise<void>): Promise<void> {
    let isUrgent = true;
    const patience = { leftMs: URGENT_YIELD_MS };
    this.#urgent += 1;
    const done = (): void => {
      if (isUrgent) this.#urgent -= 1;
      isUrgent = false;
    };
    const giveWay = async (): Promise<void> => {
      if (!isUrgent) await this.#spend(patience);
    };
    try {
      await work({ done, giveWay, leaving: this.#leaving.signal });
    } finally {
      done();
    }
  }

  #keep(begun: Promise<void>, log: Log): void {
    const logged = begun.catch((error: unknown) => log.error('background work failed', { error }));
    keep(this.#running, logged);
  }

  /**
   * Lets a stopping process wait for a visit of somebody too, and works wait until it is acknowledged; its failure is
   * the caller's.
   */
  async hold(visit: Promise<void>, acknowledged: Promise<void> = visit): Promise<void> {
    this.#came += 1;
    this.#cameAt = this.#clock.now();
    keep(this.#visits, visit);
    keep(this.#atTheDoor, acknowledged);
    return visit;
  }

  /** A step of a work lets those at the door be answered first, for a moment; whoever else asks goes on at once. */
  async giveWay(): Promise<void> {
    const patience = this.#working.getStore();
    if (patience === undefined || (patience.urgentOnly && this.#urgent === 0)) return;
    await this.#spend(patience);
  }

  /** Waits for a quiet door with what is left of this patience. */
  async #spend(patience: { leftMs: number }): Promise<void> {
    if (patience.leftMs <= 0) return;
    const from = this.#clock.now();
    await this.#quietDoor(patience.leftMs);
    patience.leftMs -= Math.abs(this.#clock.now() - from);
  }

  /** The process is to stop: works that only follow something end, what they follow goes on after the next start. */
  leave(): void {
    this.#leaving.abort();
  }

  /** Resolves when all who came have been answered, or after `graceMs`. True when all have. */
  async answered(graceMs: number, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
    return empty([this.#visits], graceMs, clock);
  }

  /** Resolves when nothing runs any more, or after `graceMs`. True when all of it ended. */
  async drain(graceMs: number, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
    return empty([this.#visits, this.#running], graceMs, clock);
  }

  async #inTurn(work: () => Promise<void>, patient: boolean): Promise<void> {
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
      await this.#quietDoor(YIELD_MS);
      await this.#working.run({ leftMs: patient ? STEPS_YIELD_MS : 0, urgentOnly: false }, work);
    } finally {
      ended.abort();
    }
  }

  /**
   * A burst of clicks is acknowledged before the work of its first ones takes the processor: waits, `mostMs` at the most,
   * until nobody is at the door and nobody came for a while.
   */
  async #quietDoor(mostMs: number): Promise<void> {
    const away = Math.abs(this.#clock.now() - this.#cameAt);
    if (!this.#isBusy() && away > QUIET_MS) return;
    this.#quiet ??= this.#untilQuiet();
    const ended = new AbortController();
    await Promise.race([this.#quiet, this.#clock.sleep(mostMs, ended.signal).catch(() => undefined)]);
    ended.abort();
  }

  #isBusy(): boolean {
    return this.#urgent > 0 || this.#atTheDoor.size > 0;
  }

  /** One look at the door for all who wait: in a burst they are many, and each look would take from what is urgent. */
  async #untilQuiet(): Promise<void> {
    try {
      let turns = 0;
      let visits = this.#came;
      while (turns < QUIET_TURNS || this.#isBusy()) {
        if (this.#atTheDoor.size > 0) await Promise.all(this.#atTheDoor);
        else await this.#clock.sleep(QUIET_MS / QUIET_TURNS);
        turns = visits === this.#came ? turns + 1 : 0;
        visits = this.#came;
      }
    } finally {
      this.#quiet = null;
    }
  }
}

/** Keeps a promise in the set until it is settled. */
function keep(set: Set<Promise<void>>, promise: Promise<void>): void {
  const done = promise.catch(() => undefined).finally(() => set.delete(done));
  set.add(done);
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
