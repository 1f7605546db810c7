import type { ModalView } from '@slack/types';
import { RekeyError } from '../src/errors.ts';
import { escape } from '../src/slack/blocks/mrkdwn.ts';
import type { Desk, Message } from '../src/ports/slack.ts';
import type { Clock, Log } from '../src/ports/world.ts';
import { Refused } from './frame.ts';
import type { Incoming } from './incoming.ts';
import { messageView } from './modals/message-view.ts';
import { refusalOf } from './refusal.ts';

/** What an acknowledgement may carry, in Slack's own form. */
export type Ack = (body?: Record<string, unknown>) => Promise<void>;

/** Slack waits 3 s; we answer before that whatever happens. */
const ACK_AFTER_MS = 2_300;

interface Place {
  readonly clock: Clock;
  readonly desk: Desk;
}

/** Acknowledges exactly once and in time; what comes later goes to the place the answer belongs. */
export class AckOnce {
  readonly #place: Place;
  readonly #incoming: Incoming;
  readonly #ack: Ack;
  readonly #log: Log;
  readonly #timer: AbortController = new AbortController();
  /** What Slack took, or is taking, as our answer. */
  #sent: Promise<void> | null = null;
  readonly #done = Promise.withResolvers<void>();
  errorBlock: string | null = null;

  constructor(place: Place, incoming: Incoming, ack: Ack, log: Log) {
    this.#place = place;
    this.#incoming = incoming;
    this.#ack = ack;
    this.#log = log;
    void place.clock.sleep(ACK_AFTER_MS, this.#timer.signal).then(
      () => this.#late(),
      () => undefined,
    );
  }

  async send(body?: Record<string, unknown>): Promise<void> {
    this.#timer.abort();
    if (this.#sent !== null) return this.#afterwards(body);
    this.#sent = this.#ack(body).finally(() => this.#done.resolve());
    await this.#sent;
  }

  /** Resolves when Slack waits no longer: it has an answer, or would take none. */
  get answered(): Promise<void> {
    return this.#done.promise;
  }

  /** Nothing to say, unless something was said already. */
  async empty(): Promise<void> {
    if (this.#sent === null) await this.send();
  }

  /** A command's private reply. */
  async reply(message: Message | null): Promise<void> {
    if (message === null) return this.empty();
    const body = { response_type: 'ephemeral', text: message.text, blocks: message.blocks };
    if (this.#sent === null) return this.send(body);
    if (this.#incoming.responseUrl !== null)
      await this.#place.desk.reply(this.#incoming.responseUrl, message);
  }

  /** The error exit: in the surface that is in use. */
  async refuse(error: unknown, reference: string): Promise<void> {
    if (error instanceof Refused) return this.empty();
    const message = refusalOf(error, reference, this.#log);
    if (this.#incoming.kind === 'submission') {
      const block = this.#blockOf(error);
      return this.send(
        block === null || message.bare === null
          ? { response_action: 'update', view: messageView('Not done', message.text) }
          : { response_action: 'errors', errors: { [block]: message.bare } },
      );
    }
    if (this.#incoming.kind === 'options') return this.send({ options: [] });
    if (this.#incoming.kind === 'event') return;
    if (this.#incoming.kind === 'command') return this.reply(message);
    await this.empty();
    if (this.#incoming.responseUrl !== null)
      await this.#place.desk.reply(this.#incoming.responseUrl, message);
  }

  /** The input an error is shown at, if it is on the form: the one it is about, else the form's own for errors. */
  #blockOf(error: unknown): string | null {
    const field = error instanceof RekeyError && error.field !== undefined ? `field.${error.field}` : null;
    const shown = (block: string | null) => block !== null && this.#incoming.view?.values.has(block) === true;
    return [field, this.errorBlock].find(shown) ?? null;
  }

  /** Our time is up: Slack gets an answer now, and the outcome follows. */
  async #late(): Promise<void> {
    if (this.#sent !== null) return;
    const slow = 'Rekey is slow right now. If nothing more comes within a minute, please try again.';
    const body =
      this.#incoming.kind === 'submission'
        ? { response_action: 'update', view: messageView('One moment…', slow) }
        : this.#incoming.kind === 'options'
          ? { options: [] }
          : undefined;
    this.#sent = this.#ack(body)
      .catch((error: unknown) => this.#log.warn('late acknowledgement failed', { error }))
      .finally(() => this.#done.resolve());
    await this.#sent;
  }

  /** A submission's next view that came after the deadline is put into the window instead. */
  async #afterwards(body: Record<string, unknown> | undefined): Promise<void> {
    const { view } = this.#incoming;
    if (this.#incoming.kind !== 'submission' || view === null) return;
    // Else Slack might show the answer that came first over the one that came last.
    await this.#sent;
    await this.#place.desk.update(view.id, nextView(body));
  }
}

/** What an acknowledgement would have shown, as a view; one that would have closed the window says so. */
function nextView(body: Record<string, unknown> | undefined): ModalView {
  if (body === undefined) return messageView('Done', 'That is done. You may close this window.');
  if (body['response_action'] === 'update') return body['view'] as ModalView;
  return messageView('Not done', escape(Object.values(body['errors'] ?? {}).join('\n')));
}
