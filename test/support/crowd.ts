import { setTimeout as sleep } from 'node:timers/promises';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { NewKey } from '../../sandbox/aws/world.ts';
import { freshUser } from './acting.ts';
import type { Alarm } from './alarm.ts';
import type { Deeds } from './deeds.ts';
import type { Scene } from './rekey.ts';

/** How many connections there are about. */
const MANY = 10;

/** People who do one random thing after the other, as their role lets them or not. */
export class Crowd {
  /** Secrets that were typed. */
  readonly secrets: string[] = [];
  /** Names of connections of which people were told that they are being made. */
  readonly accepted: string[] = [];
  readonly #scene: Scene;
  readonly #deeds: Deeds;
  readonly #alarm: Alarm;
  /** Names of connections that were seen to be connected, or may be. */
  readonly #names: string[] = [];
  #users = 0;

  constructor(scene: Scene, deeds: Deeds, alarm: Alarm) {
    this.#scene = scene;
    this.#deeds = deeds;
    this.#alarm = alarm;
  }

  /** One person's time at Slack. */
  async act(person: PersonDriver, until: number, pauseMs: number): Promise<void> {
    while (Date.now() < until) {
      await this.#oneThing(person);
      for (let open = person.modal(); open !== undefined; open = person.modal()) await open.close('x');
      await sleep(pauseMs * (0.5 + this.#deeds.chance()));
    }
  }

  async #oneThing(person: PersonDriver): Promise<void> {
    const deeds = this.#deeds;
    const dice = deeds.chance();
    if (dice < 0.2) await deeds.command(person, '/aws-help');
    else if (dice < 0.42) await this.#connect(person);
    else if (dice < 0.55) await this.#test(person);
    else if (dice < 0.59) await deeds.command(person, '/aws-settings');
    else if (dice < 0.67) await this.#scene.slack.openHome(person.id)?.first;
    else if (dice < 0.83) await this.#menu(person);
    else await this.#alarm.oneThing(person);
  }

  async #test(person: PersonDriver): Promise<void> {
    const name = this.#deeds.pick(this.#names) ?? 'nothing';
    await this.#deeds.work(await this.#deeds.command(person, `/aws-test ${name}`, name), person);
  }

  async #connect(person: PersonDriver): Promise<void> {
    const form = await this.#deeds.command(person, '/aws-connect');
    if (form?.title !== 'Connect AWS') return;
    this.#users += 1;
    const name = `soak ${this.#users}`;
    const key = this.#key();
    const dice = this.#deeds.chance();
    const secret = dice < 0.2 ? `${key.secretAccessKey.slice(0, -4)}zzzz` : key.secretAccessKey;
    this.secrets.push(secret);
    const result = await this.#deeds.form(person, form, {
      'Connection name': name,
      Method: 'Access key',
      'Access key ID': dice > 0.85 ? 'AKIAWRONG' : key.accessKeyId,
      'Secret access key': secret,
    });
    if (result !== 'updated') return;
    this.accepted.push(name);
    this.#names.push(name);
  }

  #key(): NewKey {
    return freshUser(this.#scene, `soak-${this.#users}-${Math.floor(this.#deeds.chance() * 1e9)}`).key;
  }

  /** Chooses from the menu of a card on Home, as that was last drawn. */
  async #menu(person: PersonDriver): Promise<void> {
    const home = person.home();
    const crowded = this.#names.length > MANY;
    const choices = ['Edit', 'Replace credentials', 'Disconnect', 'Test'];
    const choice = crowded ? 'Disconnect' : this.#deeds.pick(choices);
    const name = this.#names.find((each) => home?.words.includes(`*${each}*`) === true);
    if (home === undefined || choice === undefined || name === undefined || !home.offers.includes(choice))
      return;
    const modal = await this.#deeds.act(
      person,
      `${choice} of Home`,
      () => home.choose(choice, { in: `*${name}*` }),
      choice === 'Test' ? name : undefined,
    );
    if (modal !== undefined) await this.#inWindow(person, modal, name);
  }

  async #inWindow(person: PersonDriver, modal: ModalDriver, name: string): Promise<void> {
    switch (modal.title) {
      case 'Edit connection':
        await this.#deeds.form(person, modal, { Description: `since ${Date.now()}` });
        return;
      case 'Replace credentials': {
        const key = this.#key();
        this.secrets.push(key.secretAccessKey);
        const typed = { 'Access key ID': key.accessKeyId, 'Secret access key': key.secretAccessKey };
        await this.#deeds.form(person, modal, { Method: 'Access key', ...typed });
        return;
      }
      case 'Disconnect':
        this.#names.splice(this.#names.indexOf(name), 1);
        await this.#deeds.form(person, modal, {});
        return;
      default:
        await this.#deeds.work(modal, person);
    }
  }
}
