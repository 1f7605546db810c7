import { laneOf, type Notice } from '../domain/notice.ts';
import { isConflict } from '../errors.ts';
import type { OutboxDeps } from './outbox/deps.ts';
import { edit } from './outbox/edit.ts';
import { page } from './outbox/page.ts';
import { post } from './outbox/post.ts';

/** So many are delivered at a time: one channel that hangs does not hold up the others. */
const AT_ONCE = 8;
const BATCH = 50;
/** A pass stays for what comes due this soon, such as the next message of a channel. */
const LINGER_MS = 2_500;
/** How often a waiting pass looks for what was written meanwhile. */
const LOOK_MS = 250;
/** A pass begins nothing after this, so that its job stays inside its deadline. */
const PASS_MS = 10_000;
/** After another instance was first. */
const STEP_BACK_MS = 50;

export interface OutboxPass {
  /** How many were delivered. */
  readonly delivered: number;
  /** When the next one comes due, or null when nothing waits. */
  readonly nextAt: number | null;
}

/**
 * Delivers every notice that is due, each at least once. Any number of instances may do so at the same time. `giveWay`:
 * what each look for more lets go first.
 */
export async function emptyOutbox(
  deps: OutboxDeps,
  signal: AbortSignal,
  giveWay: () => Promise<void> = () => Promise.resolve(),
): Promise<OutboxPass> {
  const pass = new Pass(deps, signal, giveWay);
  await pass.run();
  const { stores, clock } = deps;
  const now = clock.now();
  const more = (await stores.notices.ready(now, 1)).length > 0;
  return { delivered: pass.delivered, nextAt: more ? now : await stores.notices.nextAt(now) };
}

class Pass {
  delivered = 0;
  readonly #deps: OutboxDeps;
  readonly #signal: AbortSignal;
  readonly #giveWay: () => Promise<void>;
  readonly #endAt: number;
  /** What is being delivered, by lane. */
  readonly #busy = new Map<string, Promise<void>>();
  /** Lanes whose first notice met an error of ours: left alone until the next pass, so that the others go on. */
  readonly #left = new Set<string>();
  #trouble: Error | null = null;

  constructor(deps: OutboxDeps, signal: AbortSignal, giveWay: () => Promise<void>) {
    this.#deps = deps;
    this.#signal = signal;
    this.#giveWay = giveWay;
    this.#endAt = deps.clock.now() + PASS_MS;
  }

  /** @throws the last of the errors of ours, once nothing is under way any more. */
  async run(): Promise<void> {
    try {
      while (!this.#over()) {
        await this.#giveWay();
        await this.#begin();
        if (!(await this.#wait())) break;
      }
    } finally {
      await Promise.all(this.#busy.values());
    }
    if (this.#trouble !== null) throw this.#trouble;
  }

  #over(): boolean {
    return this.#signal.aborted || this.#deps.clock.now() >= this.#endAt;
  }

  async #begin(): Promise<void> {
    const { stores, clock } = this.#deps;
    for (const notice of await stores.notices.ready(clock.now(), BATCH)) {
      const lane = laneOf(notice);
      if (this.#signal.aborted || this.#busy.size >= AT_ONCE) return;
      if (this.#busy.has(lane) || this.#left.has(lane)) continue;
      const done = this.#deliver(notice).finally(() => this.#busy.delete(lane));
      this.#busy.set(lane, done);
    }
  }

  async #deliver(notice: Notice): Promise<void> {
    const { log, clock } = this.#deps;
    try {
      const deliver = deliveryOf(notice);
      const { correlationId } = notice;
      if (await log.within({ correlationId }, () => deliver(this.#deps, notice))) this.delivered += 1;
    } catch (error) {
      // Another instance took it, or the modal showed it after all.
      if (isConflict(error)) {
        await clock.sleep(STEP_BACK_MS);
        return;
      }
      log.error('a notice could not be handled', { noticeId: notice.id, error });
      this.#left.add(laneOf(notice));
      this.#trouble = error instanceof Error ? error : new Error('The outbox failed.');
    }
  }

  /** Waits for the next thing to do; false when it is too far off. */
  async #wait(): Promise<boolean> {
    const { stores, clock } = this.#deps;
    const now = clock.now();
    const nextAt = await stores.notices.nextAt(now);
    const away = nextAt === null ? Infinity : nextAt - now;
    if (this.#busy.size === 0) {
      const ready = await stores.notices.ready(clock.now(), BATCH);
      if (ready.some((notice) => !this.#left.has(laneOf(notice)))) return true;
      if (away > LINGER_MS) return false;
    }
    const enough = new AbortController();
    const until = AbortSignal.any([enough.signal, this.#signal]);
    const wait = clock.sleep(Math.min(away, LOOK_MS), until).catch(() => undefined);
    await Promise.race([wait, ...this.#busy.values()]);
    enough.abort();
    return true;
  }
}

function deliveryOf({ target, edits, redirect }: Notice): typeof post {
  if (target.kind === 'pager') return page;
  return edits !== null && redirect === null ? edit : post;
}
