import { AwsFailure } from '../ports/aws.ts';
import type { Urgency } from '../ports/aws.ts';
import type { CallShare } from '../ports/instances.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock } from '../ports/world.ts';

/** AWS publishes no rate for IAM; five a second is what others found to be safe. Never more. */
const MOST_PER_SECOND = 5;
/** However much AWS throttles, a sweep goes on, slowly. */
const LEAST_PER_SECOND = 0.25;
/** What may be saved up while nobody calls. */
const BURST = 5;
/** How much people's questions may borrow of the time to come, so that a sweep is never starved for longer. */
const MOST_BORROWED = 25;
/** After a throttled call the rate is halved once, however many calls were under way; ms. */
const HALVED_ONCE_MS = 1_000;
/** Another instance tells of a throttle this late: one of our own since then was the same; ms. */
const TOLD_WITHIN_MS = 20_000;
/** What comes back of the rate with each answer; about a minute from half to whole. */
const RECOVERED_PER_ANSWER = 0.02;
/** Waits after each throttled try, before jitter; ms. */
const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

/** What a budget needs of the world. */
export interface BudgetGround {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** From 0 up to 1: the jitter. */
  readonly chance: () => number;
  /** With whom the account's calls are shared. */
  readonly share: CallShare;
  /** The highest rate; what is safe with the real AWS when left out. */
  readonly mostPerSecond?: number | undefined;
}

/** How a budget is named to the other instances, and in this process. */
export function budgetName(api: string, accountId: string): string {
  return `${api} ${accountId}`;
}

/**
 * How fast one account's API is called by this process: a bucket of tokens that fills with its part of a rate which is
 * halved when AWS throttles any instance, and comes back answer by answer. A person's question never waits here: what it
 * takes, the background waits for. Background calls go one after another through the gate, and while one of them waits
 * to be tried again after a throttle, no other begins.
 */
export class CallBudget {
  readonly #ground: BudgetGround;
  readonly #api: string;
  readonly #name: string;
  readonly #most: number;
  /** Of all instances together. */
  #rate: number;
  #tokens: number;
  #filledAt: number;
  #halvedAt = Number.NEGATIVE_INFINITY;
  /** The end of the queue of background calls that wait to begin. */
  #gate: Promise<void> = Promise.resolve();

  constructor(ground: BudgetGround, api: string, accountId: string) {
    this.#ground = ground;
    this.#api = api;
    this.#name = budgetName(api, accountId);
    this.#most = ground.mostPerSecond ?? MOST_PER_SECOND;
    this.#rate = this.#most;
    this.#tokens = this.#burst;
    this.#filledAt = ground.clock.now();
  }

  /** Calls a second of this process at this moment. */
  get perSecond(): number {
    return this.#rate / this.#ground.share.instances;
  }

  /** This process's part of what may be saved up: one call at least, or none could ever begin. */
  get #burst(): number {
    return Math.max(1, BURST / this.#ground.share.instances);
  }

  /** AWS throttled another instance: what it learned holds here too. */
  throttledElsewhere(): void {
    if (this.#sinceHalved >= TOLD_WITHIN_MS) this.#halve();
  }

  /** Makes a call inside the budget. Throws what it throws: AwsFailure, or the signal's reason while it waits. */
  async run<T>(urgency: Urgency, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (urgency === 'person') {
      this.#fill();
      this.#tokens = Math.max(this.#tokens - 1, -MOST_BORROWED);
      return this.#noticed(call);
    }
    await this.#turn(() => this.#take(signal), signal);
    try {
      return await this.#noticed(call);
    } catch (error) {
      if (!isThrottle(error)) throw error;
      return this.#turn(() => this.#again(call, error, signal), signal);
    }
  }

  /** Tries a throttled call again, at the head of the queue. */
  async #again<T>(call: () => Promise<T>, first: unknown, signal: AbortSignal | undefined): Promise<T> {
    const { clock, chance } = this.#ground;
    let last = first;
    for (const wait of RETRY_AFTER_MS) {
      await clock.sleep(Math.round(wait * (0.5 + chance())), signal);
      await this.#take(signal);
      try {
        return await this.#noticed(call);
      } catch (error) {
        if (!isThrottle(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  /** Waits for the turns before this one, then holds the gate while `work` runs. */
  async #turn<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const before = this.#gate;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    try {
      await before;
      signal?.throwIfAborted();
      return await work();
    } finally {
      resolve();
    }
  }

  /** Waits until there is a token, and takes it. */
  async #take(signal: AbortSignal | undefined): Promise<void> {
    const { clock, metrics } = this.#ground;
    const from = clock.now();
    for (this.#fill(); this.#tokens < 1; this.#fill()) {
      await clock.sleep(Math.ceil(((1 - this.#tokens) / this.perSecond) * 1_000), signal);
    }
    this.#tokens -= 1;
    metrics.awsWaited(this.#api, clock.now() - from);
  }

  #fill(): void {
    const now = this.#ground.clock.now();
    const since = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + (since / 1_000) * this.perSecond);
  }

  /** Lets the rate learn from how a call ended. */
  async #noticed<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#fill();
      // Each instance hears its part of the answers only.
      const recovered = RECOVERED_PER_ANSWER * this.#ground.share.instances;
      this.#rate = Math.min(this.#most, this.#rate + recovered);
      return answer;
    } catch (error) {
      if (isThrottle(error) && this.#halve()) this.#ground.share.throttled(this.#name);
      throw error;
    }
  }

  /** A clock that was set back does not keep AWS's throttles from being heard; ms. */
  get #sinceHalved(): number {
    return Math.abs(this.#ground.clock.now() - this.#halvedAt);
  }

  /** True when it was not halved for another of the same calls already. */
  #halve(): boolean {
    this.#fill();
    const now = this.#ground.clock.now();
    if (this.#sinceHalved < HALVED_ONCE_MS) return false;
    this.#halvedAt = now;
    this.#rate = Math.max(LEAST_PER_SECOND, this.#rate / 2);
    this.#tokens = Math.min(this.#tokens, 0);
    return true;
  }
}

function isThrottle(error: unknown): boolean {
  return error instanceof AwsFailure && error.code === 'throttled';
}

/** The budgets of this process, one for each account and API. */
export class CallBudgets {
  readonly #ground: BudgetGround;
  readonly #budgets = new Map<string, CallBudget>();

  constructor(ground: BudgetGround) {
    this.#ground = ground;
    ground.share.onThrottled((name) => this.#budgets.get(name)?.throttledElsewhere());
  }

  of(accountId: string, api: string): CallBudget {
    const name = budgetName(api, accountId);
    const known = this.#budgets.get(name) ?? new CallBudget(this.#ground, api, accountId);
    this.#budgets.set(name, known);
    return known;
  }
}
