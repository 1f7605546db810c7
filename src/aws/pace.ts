import type { CallShare } from '../ports/instances.ts';
import type { Clock } from '../ports/world.ts';

/** Who asks: people wait in front of the screen, watching can wait. */
export type Priority = 'people' | 'watch';

interface Waiting {
  readonly go: () => void;
  readonly signal: AbortSignal;
}

/** What the paces of one kind have in common. */
export interface PaceGround {
  readonly clock: Clock;
  /** Between two calls of all instances together; ms. */
  readonly gapMs: number;
  /** With whom an account's calls are shared. */
  readonly share: CallShare;
  /** Names the kind to the other instances: `cloudtrail`. */
  readonly api: string;
}

/** How long to stand back when AWS throttled another instance; it was told of within some seconds. */
const ELSEWHERE_MS = 2_000;

/**
 * The calls of one kind to one account and region, spread evenly: at most one every `gapMs`, of all instances together
 * that make such calls; for some seconds after another begins to, less than two.
 */
export class CallPace {
  readonly #ground: PaceGround;
  readonly #name: string;
  /** What the instances tell each other that they use: the account, since who asks often asks in all its regions. */
  readonly #use: string;
  readonly #waiting: Record<Priority, Waiting[]> = { people: [], watch: [] };
  #nextAt = 0;
  /** When that was said: earlier than now, unless the clock was set back since. */
  #saidAt = 0;
  #running = false;

  constructor(ground: PaceGround, accountId: string, region: string) {
    this.#ground = ground;
    this.#name = nameOf(ground.api, accountId, region);
    this.#use = `${ground.api} ${accountId}`;
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

  /** AWS said that we are too fast (others share the limit): nobody goes for so long; the other instances hear of it. */
  throttled(ms: number): void {
    this.#holdOff(ms);
    this.#ground.share.throttled(this.#name);
  }

  /** AWS said so to another instance. */
  throttledElsewhere(): void {
    this.#holdOff(ELSEWHERE_MS);
  }

  #holdOff(ms: number): void {
    const now = this.#ground.clock.now();
    this.#waitUntil(now + Math.max(ms, this.#waitFor(now)), now);
  }

  #waitUntil(nextAt: number, now: number): void {
    this.#nextAt = nextAt;
    this.#saidAt = now;
  }

  /** How long nobody may go yet; a time from before the clock was set back holds nobody up. */
  #waitFor(now: number): number {
    return now < this.#saidAt ? 0 : this.#nextAt - now;
  }

  async #serve(): Promise<void> {
    const { clock, gapMs, share } = this.#ground;
    this.#running = true;
    try {
      while (this.#waiting.people.length + this.#waiting.watch.length > 0) {
        for (;;) {
          const wait = this.#waitFor(clock.now());
          if (wait <= 0) break;
          await clock.sleep(wait);
        }
        const next = this.#waiting.people.shift() ?? this.#waiting.watch.shift();
        if (next === undefined) return;
        const now = clock.now();
        this.#waitUntil(now + gapMs * share.sharers(this.#use), now);
        next.go();
      }
    } finally {
      this.#running = false;
    }
  }
}

function nameOf(api: string, accountId: string, region: string): string {
  return `${api} ${accountId}/${region}`;
}

/** The paces of all accounts and regions, each made when it is first asked for. */
export class CallPaces {
  readonly #ground: PaceGround;
  readonly #paces = new Map<string, CallPace>();

  constructor(ground: PaceGround) {
    this.#ground = ground;
    ground.share.onThrottled((name) => this.#paces.get(name)?.throttledElsewhere());
  }

  of(accountId: string, region: string): CallPace {
    const name = nameOf(this.#ground.api, accountId, region);
    const known = this.#paces.get(name) ?? new CallPace(this.#ground, accountId, region);
    this.#paces.set(name, known);
    return known;
  }
}
