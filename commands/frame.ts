import type { ModalView } from '@slack/types';
import { RekeyError } from '../src/errors.ts';
import type { Desk } from '../src/ports/slack.ts';
import type { Log } from '../src/ports/world.ts';
import type { Incoming } from './incoming.ts';
import { messageView } from './modals/message-view.ts';
import { refusalText } from './refusal.ts';

/**
 * The modal one interaction may open. A trigger lives three seconds, so a first frame is opened before anything
 * slow; what is shown later fills that same window.
 */
export class Frame {
  readonly #desk: Desk;
  readonly #incoming: Incoming;
  #viewId: string | null = null;

  constructor(desk: Desk, incoming: Incoming) {
    this.#desk = desk;
    this.#incoming = incoming;
  }

  async open(): Promise<void> {
    await this.show(messageView('Rekey', 'One moment…'));
  }

  /** Opens the view, pushes it on the modal the click came from, or fills the frame; answers its view id. */
  async show(view: ModalView): Promise<string> {
    if (this.#viewId !== null) {
      await this.#desk.update(this.#viewId, view);
      return this.#viewId;
    }
    const { triggerId, view: from } = this.#incoming;
    if (triggerId === null) throw new RekeyError('expired', 'Slack gave no way to open a window for this.');
    this.#viewId =
      from?.type === 'modal'
        ? await this.#desk.push(triggerId, view)
        : await this.#desk.open(triggerId, view);
    return this.#viewId;
  }

  /**
   * Shows an error where the person looks: in the frame when one is open, in a window of its own for a click on
   * Home or in a modal; else throws it on to the caller's error exit.
   */
  async refuse(error: unknown, reference: string, log: Log): Promise<never> {
    const clicked = this.#incoming.kind === 'action' && this.#incoming.view !== null;
    if (this.#viewId === null && !clicked) throw error;
    const text = refusalText(error, reference, log);
    try {
      await this.show(messageView('Not done', text));
    } catch (showing) {
      log.warn('the refusal could not be shown', { error: showing });
    }
    throw new Refused();
  }
}

/** Thrown after the person has been told, so that nothing more is said. */
export class Refused extends Error {}
