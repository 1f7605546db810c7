import { setTimeout as sleep } from 'node:timers/promises';
import type { Ack } from '../../sandbox/slack/delivery.ts';
import type { Entry } from '../../sandbox/slack/driver/form.ts';
import type { ModalDriver, Submitted } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';

/** How long a person looks for what comes of a click; ms. */
const REACTION_MS = 15_000;
/** A test whose window Slack would not open is told in a message when it is over: AWS may have kept it waiting. */
const OUTCOME_MS = 60_000;
const LOOK_MS = 40;

/** What came of everything that people did. */
export interface Tally {
  answered: number;
  /** Refused in words, at a field or in a message. */
  refused: number;
  /** Slack had no answer, and an instance was killed at that moment. */
  lostToDeath: number;
  /** Acknowledged, but nothing was to be seen, and an instance was killed at that moment. */
  unseenByDeath: number;
  /** Neither an answer nor words nor a death: there must be none. */
  readonly silent: string[];
}

/** One thing that a person does in Slack, with a look at what comes of it; all are counted. */
export class Deeds {
  readonly tally: Tally = { answered: 0, refused: 0, lostToDeath: 0, unseenByDeath: 0, silent: [] };
  readonly chance: () => number;
  readonly #killedSince: (at: number) => boolean;

  constructor(chance: () => number, killedSince: (at: number) => boolean) {
    this.chance = chance;
    this.#killedSince = killedSince;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.chance() * from.length)];
  }

  /** Sends a command; the window it opened, if any. `tested`: the connection whose test may be told in a message. */
  async command(person: PersonDriver, line: string, tested?: string): Promise<ModalDriver | undefined> {
    return this.act(person, line, async () => (await person.slash(line)).ack, tested);
  }

  /** Does something that is answered by a window or by words; the window. What can no longer be clicked is let be. */
  async act(
    person: PersonDriver,
    what: string,
    act: () => Promise<Ack | undefined>,
    tested?: string,
  ): Promise<ModalDriver | undefined> {
    const before = this.#shown(person, tested);
    const began = Date.now();
    const ack = await act().catch(() => undefined);
    if (ack === undefined || !this.#answered(what, ack, began)) return undefined;
    return this.#reaction(person, what, before, began, tested);
  }

  /** Fills and submits a form; a part of the people do not wait for what comes of it. */
  async form(
    person: PersonDriver,
    form: ModalDriver,
    entries: Readonly<Record<string, Entry>>,
  ): Promise<Submitted['result'] | undefined> {
    try {
      await form.fill(entries);
    } catch {
      // A field that must appear did not: an update was lost to a fault or a death. The person starts again.
      return undefined;
    }
    // The window of an earlier command came late, over this one.
    if (person.modal() !== form) return undefined;
    const began = Date.now();
    const { title } = form;
    const { result, ack } = await form.submit();
    if (ack === undefined || !this.#answered(`${title}: submit`, ack, began)) return undefined;
    if (result === 'errors') this.tally.refused += 1;
    if (result === 'updated' && this.chance() < 0.8) await this.work(person.modal(), person);
    return result;
  }

  /** Waits a while for the work behind a window; what comes later is told in a message. */
  async work(modal: ModalDriver | undefined, person: PersonDriver): Promise<void> {
    if (modal === undefined) return;
    const until = Date.now() + 3_000;
    while (Date.now() < until && person.modal()?.title.endsWith('…') === true) await sleep(LOOK_MS);
  }

  #answered(what: string, ack: Ack, began: number): boolean {
    if (ack.outcome === 'ack') {
      this.tally.answered += 1;
      return true;
    }
    if (this.#killedSince(began)) this.tally.lostToDeath += 1;
    else this.tally.silent.push(`${what}: ${JSON.stringify(ack)}`);
    return false;
  }

  /** How many words there are for this person, those about the test of a connection among them. */
  #shown(person: PersonDriver, tested: string | undefined): number {
    const told = person
      .messages()
      .filter(
        ({ words }) =>
          words.includes('could not be opened') ||
          (tested !== undefined && words.includes('Test ') && words.includes(`: ${tested}`)),
      );
    return person.ephemerals().length + told.length;
  }

  /** An acknowledgement alone tells a person nothing: there must be a window or words. */
  async #reaction(
    person: PersonDriver,
    what: string,
    before: number,
    began: number,
    tested: string | undefined,
  ): Promise<ModalDriver | undefined> {
    const until = Date.now() + (tested === undefined ? REACTION_MS : OUTCOME_MS);
    while (Date.now() < until) {
      const modal = person.modal();
      if (modal !== undefined && modal.title !== 'Rekey') return modal;
      if (this.#shown(person, tested) > before) {
        if (what !== '/aws-help') this.tally.refused += 1;
        return undefined;
      }
      if (this.#killedSince(began) && Date.now() > began + 4_000) break;
      await sleep(LOOK_MS);
    }
    if (this.#killedSince(began)) this.tally.unseenByDeath += 1;
    else this.tally.silent.push(`${what}: acknowledged, and nothing to be seen`);
    return undefined;
  }
}
