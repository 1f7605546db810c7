import type { Aside, CommandOutcome } from '../acts/command.ts';
import type { EventDelivery } from '../deliveries.ts';
import type { Notice } from '../notices.ts';
import type { ShownMessage } from '../state.ts';
import type { Client } from './client.ts';
import { HomeDriver } from './home.ts';
import { MessageDriver } from './message.ts';
import { ModalDriver } from './modal.ts';
import { until } from './wait.ts';

/** A person at their Slack client. */
export class PersonDriver {
  readonly id: string;
  readonly #client: Client;
  readonly #modals = new Map<string, ModalDriver>();

  constructor(client: Client, userId: string) {
    this.#client = client;
    this.id = userId;
  }

  /** The direct message with the app. */
  get directId(): string {
    return this.#client.world.direct(this.id).id;
  }

  /** Sends a slash command, from the direct message with the app unless a channel is named. */
  async slash(line: string, options: { channel?: string } = {}): Promise<CommandOutcome> {
    return this.#client.runCommand(this.id, options.channel ?? this.directId, line);
  }

  say(channel: string, words: string, more: Aside = {}): EventDelivery | undefined {
    return this.#client.say(this.id, channel, words, more);
  }

  /** Puts other words into a message of one's own. */
  rewrite(channel: string, ts: string, words: string): EventDelivery | undefined {
    return this.#client.rewrite(this.id, channel, ts, words);
  }

  /** Deletes a message of one's own. */
  erase(channel: string, ts: string): EventDelivery | undefined {
    return this.#client.erase(this.id, channel, ts);
  }

  /** The modal in front, if any is open. */
  modal(): ModalDriver | undefined {
    const view = this.#client.state(this.id).modals.at(-1);
    if (view === undefined) return undefined;
    const known = this.#modals.get(view.id) ?? new ModalDriver(this.#client, this.id, view);
    this.#modals.set(view.id, known);
    return known;
  }

  /** Waits for a modal in front that passes the test. */
  async waitForModal(
    test: (modal: ModalDriver) => boolean = () => true,
    timeoutMs = 3_000,
  ): Promise<ModalDriver> {
    const probe = (): ModalDriver | undefined => {
      const modal = this.modal();
      return modal !== undefined && test(modal) ? modal : undefined;
    };
    return until(this.#client, probe, 'a modal', timeoutMs);
  }

  /** Waits until no modal is open. */
  async waitForNoModal(timeoutMs = 3_000): Promise<void> {
    await until(this.#client, () => (this.modal() === undefined ? true : undefined), 'no modal', timeoutMs);
  }

  /** Opens the app's Home and waits until the app has published it; with `wait: false` shows it as it is. */
  async openHome(options: { timeoutMs?: number; wait?: boolean } = {}): Promise<HomeDriver> {
    const before = this.#client.state(this.id).home?.hash;
    const event = this.#client.openHome(this.id);
    const ack = await event?.first;
    const fresh = (): HomeDriver | undefined => {
      const home = this.#client.state(this.id).home;
      const waited = options.wait === false || ack === undefined || home?.hash !== before;
      return home !== undefined && waited ? new HomeDriver(this.#client, this.id, home) : undefined;
    };
    return until(this.#client, fresh, 'a published Home', options.timeoutMs);
  }

  /** The Home as it was last published. */
  home(): HomeDriver | undefined {
    const home = this.#client.state(this.id).home;
    return home === undefined ? undefined : new HomeDriver(this.#client, this.id, home);
  }

  /** Waits for a Home that passes the test. */
  async waitForHome(test: (home: HomeDriver) => boolean, timeoutMs = 3_000): Promise<HomeDriver> {
    const probe = (): HomeDriver | undefined => {
      const home = this.home();
      return home !== undefined && test(home) ? home : undefined;
    };
    return until(this.#client, probe, 'a Home', timeoutMs);
  }

  /** The messages of a channel (id or name) or direct message that everybody there sees, oldest first. */
  messages(channel: string = this.directId): MessageDriver[] {
    const id = this.#client.world.channel(channel)?.id;
    const shown = this.#client.state(this.id).channels.find((each) => each.id === id);
    if (shown === undefined) throw new Error(`${this.id} is not in ${channel}`);
    return shown.messages.filter((each) => !each.ephemeral).map((each) => this.#message(each));
  }

  /** The messages only this person sees, of all channels, oldest first. */
  ephemerals(): MessageDriver[] {
    const all = this.#client.state(this.id).channels.flatMap((each) => each.messages);
    return all.filter((each) => each.ephemeral).map((each) => this.#message(each));
  }

  /** What Slack itself told this person. */
  notices(): readonly Notice[] {
    return this.#client.state(this.id).notices;
  }

  async waitForMessage(
    test: (message: MessageDriver) => boolean,
    options: { channel?: string; timeoutMs?: number } = {},
  ): Promise<MessageDriver> {
    const probe = (): MessageDriver | undefined =>
      this.messages(options.channel ?? this.directId).findLast(test);
    return until(this.#client, probe, 'a message', options.timeoutMs);
  }

  async waitForEphemeral(
    test: (message: MessageDriver) => boolean = () => true,
    timeoutMs = 3_000,
  ): Promise<MessageDriver> {
    return until(this.#client, () => this.ephemerals().findLast(test), 'an ephemeral message', timeoutMs);
  }

  #message(message: ShownMessage): MessageDriver {
    return new MessageDriver(this.#client, this.id, message);
  }
}
