import type { Jobs } from '../ports/jobs.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock } from '../ports/world.ts';
import { withinTime } from './readings.ts';

/** Workers look for jobs every few seconds; silent for longer than this, they have stopped. */
const SILENT_MS = 60_000;
const PING_MS = 2_000;

/** What can be not ready, in the words of /readyz. */
export interface Parts {
  readonly stores: Pick<Stores, 'ping'>;
  readonly jobs: Pick<Jobs, 'lastLook'>;
  /** Why Slack cannot reach us, or null. */
  readonly slackTrouble: () => string | null;
}

/** Whether this process can serve: it cannot until it has started, nor once it stops. */
export class Readiness {
  readonly #clock: Clock;
  #parts: Parts | null = null;
  #stopping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  started(parts: Parts): void {
    this.#parts = parts;
  }

  stopping(): void {
    this.#stopping = true;
  }

  /** What is not ready, each in a line; empty when all is. */
  async troubles(): Promise<string[]> {
    if (this.#stopping) return ['stopping'];
    const parts = this.#parts;
    if (parts === null) return ['starting'];
    const database = await withinTime(parts.stores.ping(), PING_MS, this.#clock).then(
      () => null,
      () => 'database: it does not answer',
    );
    const slack = parts.slackTrouble();
    return [
      database,
      slack === null ? null : `slack: ${slack}`,
      this.#jobsTrouble(parts.jobs.lastLook()),
    ].filter((line) => line !== null);
  }

  #jobsTrouble(lastLook: number | null): string | null {
    if (lastLook === null) return 'jobs: the queue has not been looked at yet';
    const silentMs = this.#clock.now() - lastLook;
    return silentMs > SILENT_MS
      ? `jobs: the queue was last looked at ${Math.round(silentMs / 1_000)} s ago`
      : null;
  }
}
