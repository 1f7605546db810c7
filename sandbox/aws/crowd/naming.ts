import type { Draw } from './draw.ts';
import { FIRST_NAMES, LAST_NAMES, SERVICES } from './words.ts';

/** Gives each user of one account a name of its own; IAM tells none apart by case. */
export class Naming {
  readonly #draw: Draw;
  readonly #taken = new Set<string>();

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  /** Keeps a name for whoever has it already. */
  take(name: string): string {
    const folded = name.toLowerCase();
    if (this.#taken.has(folded)) throw new Error(`There is a ${name} already.`);
    this.#taken.add(folded);
    return name;
  }

  /** `first.last` of somebody made up. */
  person(): string {
    return this.#fresh(() => `${this.#draw.one(FIRST_NAMES)}.${this.#draw.one(LAST_NAMES)}`);
  }

  /** `prefix-service` of something the company runs. */
  robot(prefix: string): string {
    return this.#fresh(() => `${prefix}-${this.#draw.one(SERVICES)}`);
  }

  #fresh(make: () => string): string {
    for (let round = 0; ; round += 1) {
      const made = make();
      // So many are taken that a number is needed.
      const name = round < 20 ? made : `${made}-${round - 18}`;
      if (!this.#taken.has(name.toLowerCase())) return this.take(name);
    }
  }
}
