import type { Server } from 'node:http';

/** What goes on at a server: whether requests are under way, and for how long none were. */
export class Traffic {
  #underWay = 0;
  #quietSince = performance.now();

  /** Counts the requests of this server from now on. */
  watch(server: Server): void {
    server.on('request', (_request, response) => {
      this.#underWay += 1;
      response.once('close', () => {
        this.#underWay -= 1;
        this.#quietSince = performance.now();
      });
    });
  }

  /** For how long no request was under way; ms, 0 while one is. */
  get quietMs(): number {
    return this.#underWay > 0 ? 0 : performance.now() - this.#quietSince;
  }
}
