import type { ModalView } from '@slack/types';
import { RekeyError } from '../src/errors.ts';
import type { Desk } from '../src/ports/slack.ts';
import type { Clock, Log } from '../src/ports/world.ts';
import type { Incoming } from './incoming.ts';
import { messageView } from './modals/message-view.ts';
import { refusalText } from './refusal.ts';

/** A trigger lives three seconds; a window that is not there by now gets its first frame. */
const FRAME_AFTER_MS = 600;

/**
 * The modal one interaction may open. A trigger lives three seconds, so a first frame is opened before anything
 * slow; what is shown later fills that same window.
 */
export class Frame {
  readonly #desk: Desk;
  readonly #incoming: Incoming;
  readonly #watch = new AbortController();
  #opened: Promise<string> | null = null;

  constructor(desk: Desk, incoming: Incoming) {
    this.#desk = desk;
    this.#incoming = incoming;
  }

  /** Opens a first frame by itself when nothing was shown in time, whatever it is that takes so long. */
  openSoon(clock: Clock, log: Log): void {
    void clock
      .sleep(FRAME_AFTER_MS, this.#watch.signal)
      .then(
        () => (this.#opened === null ? this.show(messageView('Rekey', 'One moment…')) : undefined),
        () => undefined,
      )
      .catch((error: unknown) => log.warn('the first frame could not be opened', { error }));
  }

  /** Nothing opens by itself any more. */
  end(): void {
    this.#watch.abort();
  }

  /** Opens the view, pushes it on the modal the click came from, or fills the frame; answers its view id. */
  async show(view: ModalView): Promise<string> {
    this.end();
    if (this.#opened === null) {
      this.#opened = this.#open(view);
      return this.#opened;
    }
    const viewId = await this.#opened;
    await this.#desk.update(viewId, view);
    return viewId;
  }

  /**
   * Shows an error where the person looks: in the frame when one is open, in a window of its own for a click on
   * Home or in a modal, or by `aside` when Slack opens none; else throws it on to the caller's error exit.
   */
  async refuse(
    error: unknown,
    { reference, log, aside }: { reference: string; log: Log; aside: (text: string) => Promise<void> },
  ): Promise<never> {
    this.end();
    const clicked = this.#incoming.kind === 'action' && this.#incoming.view !== null;
    const open = await this.#isOpen();
    if (!open && !clicked) throw error;
    const text = refusalText(error, reference, log);
    // What could not be opened is not filled: this is another try.
    if (!open) this.#opened = null;
    try {
      await this.show(messageView('Not done', text));
    } catch (showing) {
      log.warn('the refusal could not be shown in a window', { error: showing });
      await aside(text);
    }
    throw new Refused();
  }

  async #isOpen(): Promise<boolean> {
    try {
      return (await this.#opened) !== null;
    } catch {
      // Slack would not open it, and whoever asked for it has been told.
      return false;
    }
  }

  async #open(view: ModalView): Promise<string> {
    const { triggerId, view: from } = this.#incoming;
    if (triggerId === null) throw new RekeyError('expired', 'Slack gave no way to open a window for this.');
    return from?.type === 'modal' ? this.#desk.push(triggerId, view) : this.#desk.open(triggerId, view);
  }
}

/** Thrown after the person has been told, so that nothing more is said. */
export class Refused extends Error {}
