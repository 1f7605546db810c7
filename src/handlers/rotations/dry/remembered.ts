/** Reads that were made once: what they answered, or threw, is what they answer again. */
export class Remembered {
  readonly #answers = new Map<string, Promise<unknown>>();

  /** `key` names question and place. */
  async once<Answer>(key: readonly unknown[], ask: () => Promise<Answer>): Promise<Answer> {
    const name = JSON.stringify(key);
    const known = this.#answers.get(name) ?? ask();
    this.#answers.set(name, known);
    return known as Promise<Answer>;
  }
}
