import type { Services } from '../../src/handlers/services.ts';

/** What every call of a dead process comes to: nothing of it goes on. */
export class Died extends Error {
  constructor() {
    super('the process was killed');
  }
}

/** What changes something: killed between two of these, a process leaves things half done if they can be. */
const CHANGES = new Set(['atomically', 'post', 'edit']);

/**
 * A process that is killed in the middle: after so many calls of the outside world (or of those that change it) none has
 * an effect any more. The last one may have had its effect, which the process never hears of.
 */
export class Life {
  #left: number;
  readonly #heard: boolean;
  readonly #changesOnly: boolean;
  dead = false;

  constructor(calls: number, options: { readonly heard: boolean; readonly changesOnly: boolean }) {
    this.#left = calls;
    this.#heard = options.heard;
    this.#changesOnly = options.changesOnly;
  }

  async pass<T>(name: string, call: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Died();
    if (!this.#changesOnly || CHANGES.has(name)) this.#left -= 1;
    if (this.#left > 0) {
      const answer = await call();
      // It was killed by another of its calls meanwhile.
      if (this.dead) throw new Died();
      return answer;
    }
    this.dead = true;
    if (this.#heard) await call();
    throw new Died();
  }
}

/** The same services, whose process has this life. */
export function mortal(services: Services, life: Life): Services {
  return {
    ...services,
    stores: wrapped(services.stores, life),
    poster: wrapped(services.poster, life),
    people: wrapped(services.people, life),
    jobs: wrapped(services.jobs, life),
  };
}

/** Lets what answers with a promise pass through the life; parts of it are wrapped alike. */
function wrapped<T extends object>(part: T, life: Life): T {
  return new Proxy(part, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name);
      if (typeof member === 'function') {
        return (...args: unknown[]): unknown => {
          const call = (): unknown => Reflect.apply(member, target, args);
          return isAsync(String(name)) ? life.pass(String(name), async () => call()) : call();
        };
      }
      return typeof member === 'object' && member !== null ? wrapped(member, life) : member;
    },
  });
}

/** Writes are made without waiting, by these names; all else asks the outside world. */
const MAKERS = new Set([
  'add',
  'insert',
  'update',
  'remove',
  'put',
  'set',
  'move',
  'end',
  'take',
  'sent',
  'posted',
  'moved',
  'failed',
  'giveUp',
  'refused',
  'redirect',
  'settle',
  'hurry',
  'removeDone',
  'hold',
  'worked',
  'free',
  'limit',
  'limitSlack',
  'trouble',
  'mended',
  'removeBefore',
  'removeGone',
  'stillKept',
  'forget',
  'claim',
]);

function isAsync(name: string): boolean {
  return !MAKERS.has(name);
}
