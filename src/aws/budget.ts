import { AwsFailure } from '../ports/aws.ts';
import type { Urgency } from '../ports/aws.ts';
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
  /** The highest rate; what is safe with the real AWS when left out. */
  readonly mostPerSecond?: number | undefined;
}

/**
 * How fast one account's API is called by this process: a bucket of tokens that fills at a rate which is halved when
 * AWS throttles and comes back answer by answer. A person's question never waits here: what it takes, the background
 * waits for. Background calls go one after another through the gate, and while one of them waits to be tried again
 * after a throttle, no other begins.
 */
export class CallBudget {
  readonly #ground: BudgetGround;
  readonly #api: string;
  readonly #most: number;
  #perSecond: number;
  #tokens = BURST;
  #filledAt: number;
  #halvedAt = Number.NEGATIVE_INFINITY;
  /** The end of the queue of background calls that wait to begin. */
  #gate: Promise<void> = Promise.resolve();

  constructor(ground: BudgetGround, api: string) {
    this.#ground = ground;
    this.#api = api;
    this.#most = ground.mostPerSecond ?? MOST_PER_SECOND;
    this.#perSecond = this.#most;
    this.#filledAt = ground.clock.now();
  }

  /** Calls a second at this moment. */
  get perSecond(): number {
    return this.#perSecond;
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
      await clock.sleep(Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000), signal);
    }
    this.#tokens -= 1;
    metrics.awsWaited(this.#api, clock.now() - from);
  }

  #fill(): void {
    const now = this.#ground.clock.now();
    const since = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#tokens = Math.min(BURST, this.#tokens + (since / 1_000) * this.#perSecond);
  }

  /** Lets the rate learn from how a call ended. */
  async #noticed<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#fill();
      this.#perSecond = Math.min(this.#most, this.#perSecond + RECOVERED_PER_ANSWER);
      return answer;
    } catch (error) {
      if (isThrottle(error)) this.#halve();
      throw error;
    }
  }

  #halve(): void {
    this.#fill();
    const now = this.#ground.clock.now();
    if (now - this.#halvedAt < HALVED_ONCE_MS) return;
    this.#halvedAt = now;
    this.#perSecond = Math.max(LEAST_PER_SECOND, this.#perSecond / 2);
    this.#tokens = Math.min(this.#tokens, 0);
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
  }

  of(accountId: string, api: string): CallBudget {
    const key = `${api} ${accountId}`;
    const known = this.#budgets.get(key) ?? new CallBudget(this.#ground, api);
    this.#budgets.set(key, known);
    return known;
  }
}
