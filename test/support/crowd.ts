import { setTimeout as sleep } from 'node:timers/promises';
import type { Ack } from '../../sandbox/slack/delivery.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { NewKey } from '../../sandbox/aws/world.ts';
import { freshUser } from './acting.ts';
import type { Scene } from './rekey.ts';

/** How long a person looks for what comes of a click; ms. */
const REACTION_MS = 15_000;
/** A test whose window Slack would not open is told in a message when it is over: AWS may have kept it waiting. */
const OUTCOME_MS = 60_000;
const LOOK_MS = 40;
/** How many connections there are about. */
const MANY = 10;

/** What came of everything that people did. */
export interface Tally {
  answered: number;
  /** Refused in words, at a field or in a message. */
  refused: number;
  /** Slack had no answer, and an instance was killed at that moment. */
  lostToDeath: number;
  /** Acknowledged, but nothing was to be seen, and an instance was killed at that moment. */
  unseenByDeath: number;
  /** Names of what people were told is being worked on. */
  readonly accepted: string[];
  /** Neither an answer nor words nor a death: there must be none. */
  readonly silent: string[];
}

/** People who do one random thing after the other, as their role lets them or not. */
export class Crowd {
  readonly tally: Tally = {
    answered: 0,
    refused: 0,
    lostToDeath: 0,
    unseenByDeath: 0,
    accepted: [],
    silent: [],
  };
  /** Secrets that were typed. */
  readonly secrets: string[] = [];
  readonly #scene: Scene;
  readonly #chance: () => number;
  readonly #killedSince: (at: number) => boolean;
  /** Names of connections that were seen to be connected, or may be. */
  readonly #names: string[] = [];
  #users = 0;

  constructor(scene: Scene, chance: () => number, killedSince: (at: number) => boolean) {
    this.#scene = scene;
    this.#chance = chance;
    this.#killedSince = killedSince;
  }

  /** One person's time at Slack. */
  async act(person: PersonDriver, until: number, pauseMs: number): Promise<void> {
    while (Date.now() < until) {
      await this.#oneThing(person);
      for (let open = person.modal(); open !== undefined; open = person.modal()) await open.close('x');
      await sleep(pauseMs * (0.5 + this.#chance()));
    }
  }

  async #oneThing(person: PersonDriver): Promise<void> {
    const dice = this.#chance();
    if (dice < 0.25) await this.#command(person, '/aws-help');
    else if (dice < 0.5) await this.#connect(person);
    else if (dice < 0.65) await this.#test(person);
    else if (dice < 0.7) await this.#command(person, '/aws-settings');
    else if (dice < 0.8) await this.#scene.slack.openHome(person.id)?.first;
    else await this.#menu(person);
  }

  async #test(person: PersonDriver): Promise<void> {
    const name = this.#name();
    await this.#work(await this.#command(person, `/aws-test ${name}`, name), person);
  }

  #name(): string {
    return this.#pick(this.#names) ?? 'nothing';
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#chance() * from.length)];
  }

  async #connect(person: PersonDriver): Promise<void> {
    const form = await this.#command(person, '/aws-connect');
    if (form?.title !== 'Connect AWS') return;
    this.#users += 1;
    const name = `soak ${this.#users}`;
    const key = this.#key();
    const dice = this.#chance();
    const secret = dice < 0.2 ? `${key.secretAccessKey.slice(0, -4)}zzzz` : key.secretAccessKey;
    this.secrets.push(secret);
    await this.#form(person, form, name, {
      'Connection name': name,
      Method: 'Access key',
      'Access key ID': dice > 0.85 ? 'AKIAWRONG' : key.accessKeyId,
      'Secret access key': secret,
    });
  }

  #key(): NewKey {
    return freshUser(this.#scene, `soak-${this.#users}-${Math.floor(this.#chance() * 1e9)}`).key;
  }

  /** Chooses from the menu of a card on Home, as that was last drawn. */
  async #menu(person: PersonDriver): Promise<void> {
    const home = person.home();
    const crowded = this.#names.length > MANY;
    const choice = crowded ? 'Disconnect' : this.#pick(['Edit', 'Replace credentials', 'Disconnect', 'Test']);
    const name = this.#names.find((each) => home?.words.includes(`*${each}*`) === true);
    if (home === undefined || choice === undefined || name === undefined || !home.offers.includes(choice))
      return;
    const tested = choice === 'Test' ? name : undefined;
    const before = this.#shown(person, tested);
    const began = Date.now();
    const ack = await home.choose(choice, { in: `*${name}*` }).catch(() => undefined);
    if (ack === undefined || !this.#answered(`${choice} of Home`, ack, began)) return;
    const modal = await this.#reaction(person, `${choice} of Home`, before, began, tested);
    if (modal === undefined) return;
    switch (modal.title) {
      case 'Edit connection':
        return this.#form(person, modal, name, { Description: `since ${Date.now()}` });
      case 'Replace credentials': {
        const key = this.#key();
        this.secrets.push(key.secretAccessKey);
        const typed = { 'Access key ID': key.accessKeyId, 'Secret access key': key.secretAccessKey };
        return this.#form(person, modal, name, { Method: 'Access key', ...typed });
      }
      case 'Disconnect':
        this.#names.splice(this.#names.indexOf(name), 1);
        return this.#form(person, modal, name, {});
      default:
        return this.#work(modal, person);
    }
  }

  /** Sends a command; the window it opened, if any. */
  async #command(person: PersonDriver, line: string, tested?: string): Promise<ModalDriver | undefined> {
    const before = this.#shown(person, tested);
    const began = Date.now();
    const { ack } = await person.slash(line);
    if (!this.#answered(line, ack, began)) return undefined;
    return this.#reaction(person, line, before, began, tested);
  }

  /** Fills and submits a form; a part of the people do not wait for what comes of it. */
  async #form(
    person: PersonDriver,
    form: ModalDriver,
    name: string,
    entries: Readonly<Record<string, string>>,
  ): Promise<void> {
    try {
      await form.fill(entries);
    } catch {
      // A field that must appear did not: an update was lost to a fault or a death. The person starts again.
      return;
    }
    // The window of an earlier command came late, over this one.
    if (person.modal() !== form) return;
    const began = Date.now();
    const { title } = form;
    const { result, ack } = await form.submit();
    if (ack === undefined || !this.#answered(`${title}: submit`, ack, began)) return;
    if (result === 'errors') this.tally.refused += 1;
    if (result !== 'updated') return;
    if (title === 'Connect AWS') {
      this.tally.accepted.push(name);
      this.#names.push(name);
    }
    if (this.#chance() < 0.8) await this.#work(person.modal(), person);
  }

  /** Waits a while for the work behind a window; what comes later is told in a message. */
  async #work(modal: ModalDriver | undefined, person: PersonDriver): Promise<void> {
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
