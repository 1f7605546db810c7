import type { Clock } from '../ports/world.ts';

/** Who asks: people wait in front of the screen, watching can wait. */
export type Priority = 'people' | 'watch';

interface Waiting {
  readonly go: () => void;
  readonly signal: AbortSignal;
}

/** The calls of one kind to one account and region, spread evenly: at most one every `gapMs`. */
export class CallPace {
  readonly #clock: Clock;
  readonly #gapMs: number;
  readonly #waiting: Record<Priority, Waiting[]> = { people: [], watch: [] };
  #nextAt = 0;
  #running = false;

  constructor(clock: Clock, gapMs: number) {
    this.#clock = clock;
    this.#gapMs = gapMs;
  }

  /** Resolves when a call may go out; people before watching, else in order. Rejects when the signal is aborted. */
  async take(priority: Priority, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        const row = this.#waiting[priority];
        const at = row.indexOf(entry);
        if (at >= 0) row.splice(at, 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const entry: Waiting = {
        signal,
        go: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting[priority].push(entry);
      if (!this.#running) void this.#serve();
    });
  }

  /** AWS said that we are too fast (others share the limit): nobody goes for so long. */
  holdOff(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#clock.now() + ms);
  }

  async #serve(): Promise<void> {
    this.#running = true;
    try {
      while (this.#waiting.people.length + this.#waiting.watch.length > 0) {
        for (;;) {
          const wait = this.#nextAt - this.#clock.now();
          if (wait <= 0) break;
          await this.#clock.sleep(wait);
        }
        const next = this.#waiting.people.shift() ?? this.#waiting.watch.shift();
        if (next === undefined) return;
        this.#nextAt = this.#clock.now() + this.#gapMs;
        next.go();
      }
    } finally {
      this.#running = false;
    }
  }
}

/** The paces of all accounts and regions, each made when it is first asked for. */
export class CallPaces {
  readonly #clock: Clock;
  readonly #gapMs: number;
  readonly #paces = new Map<string, CallPace>();

  constructor(clock: Clock, gapMs: number) {
    this.#clock = clock;
    this.#gapMs = gapMs;
  }

  of(accountId: string, region: string): CallPace {
    const key = `${accountId}/${region}`;
    const known = this.#paces.get(key) ?? new CallPace(this.#clock, this.#gapMs);
    this.#paces.set(key, known);
    return known;
  }
}
