const SHOWN = '[secret]';

/**
 * A secret value that cannot be printed by accident: it reads `[secret]` in strings, JSON, `util.inspect` and
 * logs. The only way out is {@link Secret.reveal}, called on the line that hands the value to a cipher or an SDK.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  get length(): number {
    return this.#value.length;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}
