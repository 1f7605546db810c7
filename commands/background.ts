import type { Clock, Log } from '../src/ports/world.ts';

/** Work that goes on after an acknowledgement; a stopping process waits for it. */
export class Background {
  readonly #running = new Set<Promise<void>>();

  /** Runs the work; a failure is logged, since nobody waits for it. */
  run(work: () => Promise<void>, log: Log): void {
    const done = work()
      .catch((error: unknown) => log.error('background work failed', { error }))
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  /** Lets a stopping process wait for this too; its failure is the caller's. */
  async hold(work: Promise<void>): Promise<void> {
    const done = work.catch(() => undefined).finally(() => this.#running.delete(done));
    this.#running.add(done);
    return work;
  }

  /** Resolves when nothing runs any more, or after `graceMs`. True when all of it ended. */
  async drain(graceMs: number, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
    const ended = new AbortController();
    const all = async (): Promise<boolean> => {
      while (this.#running.size > 0) await Promise.all(this.#running);
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
}
