import { setImmediate } from 'node:timers';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import { askTogether, type Asking } from './postgres-packet.ts';

/** The most that go to one connection: the answer to the first is not to wait for more. */
const TOGETHER = 32;

interface Asked extends Asking {
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads that come in one turn of the event loop share a connection, and go there in one packet: in a burst each would wait for a connection of its own, and cost a call of the system.
 * For short ones: each waits for those before it. One that fails fails alone, a connection that breaks fails all.
 */
export class SharedReads {
  readonly #pool: Pool;
  #asked: Asked[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** As a connection's own. */
  query(query: QueryConfig, values: readonly unknown[] = []): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ query, values, resolve, reject });
      if (this.#asked.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let from = 0; from < asked.length; from += TOGETHER) {
      const some = asked.slice(from, from + TOGETHER);
      this.#send(some).catch((error: unknown) => some.forEach(({ reject }) => reject(error)));
    }
  }

  async #send(asked: readonly Asked[]): Promise<void> {
    const client = await this.#pool.connect();
    const answers = askTogether(client, asked);
    let failed = false;
    for (const [at, { resolve, reject }] of asked.entries()) {
      answers[at]?.then(resolve, (error: unknown) => {
        failed = true;
        reject(error);
      });
    }
    await Promise.allSettled(answers);
    client.release(failed);
  }
}
