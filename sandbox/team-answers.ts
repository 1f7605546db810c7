import type { Clock } from '../src/ports/world.ts';
import { CAST } from './cast.ts';
import type { Meanwhile } from './meanwhile.ts';
import { placed, type Placed } from './slack/form-state.ts';
import { part, text, type Json } from './slack/json.ts';
import type { SlackStandIn } from './slack/stand-in.ts';
import type { ShownChannel, ShownMessage } from './slack/state.ts';

const DAY = 86_400_000;

/** How long they take to answer: long enough to be seen coming. */
const BO_TAKES_MS = 5_000;
const CLEO_TAKES_MS = 8_000;
/** Bo has snoozed enough for so long. */
const BO_RESTS_MS = 10 * DAY;
const WINDOW_MS = 10_000;

const BO_REASON = 'Waiting for the new pipeline; it takes this key’s place next week.';

/** What Cleo says to the first digests; then she has said it all. */
const CLEO_LINES = [
  'I see mine. The new keys go out with Thursday’s release, then I switch the old ones off.',
  'The ones below /vault/ are ours too: Rekey may not see their last use, I look on the host.',
  'Mine are done but for one. Thank you, Rekey.',
];

/**
 * The sample team as far as it acts by itself, so that a visitor sees answers of others: a script of the sandbox and
 * nothing else. Bo snoozes the first key of a reminder, Cleo answers a channel's digest in its thread.
 */
export class TeamAnswers {
  readonly #slack: SlackStandIn;
  readonly #clock: Clock;
  readonly #meanwhile: Meanwhile;
  readonly #stopped = new AbortController();
  readonly #unfollow: () => void;
  /** Reminders somebody has taken up, by channel and time stamp. */
  readonly #taken = new Set<string>();
  #boRestsUntil = 0;
  #cleoSaid = 0;
  #on = true;
  /** Whether a visitor is this person just now: then they answer for themselves. */
  isPlayed: (userId: string) => boolean = () => false;

  constructor(around: { slack: SlackStandIn; clock: Clock; meanwhile: Meanwhile }) {
    this.#slack = around.slack;
    this.#clock = around.clock;
    this.#meanwhile = around.meanwhile;
    this.#unfollow = this.#slack.onChange(() => this.#look());
  }

  /** Whether they answer; what came while they did not is left unanswered. */
  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
  }

  stop(): void {
    this.#unfollow();
    this.#stopped.abort();
  }

  #look(): void {
    for (const { channel, message } of this.#reminders(CAST.bo.id, (each) => each.kind === 'im')) {
      if (this.#isNew(channel, message)) this.#later(BO_TAKES_MS, () => this.#boSnoozes(message));
    }
    for (const { channel, message } of this.#reminders(CAST.cleo.id, (each) => each.kind !== 'im')) {
      if (this.#isNew(channel, message))
        this.#later(CLEO_TAKES_MS, () => this.#cleoAnswers(channel, message));
    }
  }

  /** Rekey's messages to this person that offer to snooze several keys; an alert about one key alone is none. */
  #reminders(
    userId: string,
    where: (channel: ShownChannel) => boolean,
  ): { readonly channel: ShownChannel; readonly message: ShownMessage }[] {
    return this.#slack
      .state(userId)
      .channels.filter(where)
      .flatMap((channel) => channel.messages.map((message) => ({ channel, message })))
      .filter(
        ({ message }) =>
          message.fromApp && !message.ephemeral && !isReply(message) && snoozesIn(message.blocks).length > 1,
      );
  }

  #isNew(channel: ShownChannel, { ts }: ShownMessage): boolean {
    const name = `${channel.id}/${ts}`;
    if (this.#taken.has(name)) return false;
    this.#taken.add(name);
    return this.#on;
  }

  #later(ms: number, act: () => Promise<void>): void {
    const { signal } = this.#stopped;
    // Whatever comes between, such as a trouble the visitor made: the script then leaves out this answer.
    void this.#clock
      .sleep(ms, signal)
      .then(() => (this.#on ? act() : undefined))
      .catch(() => undefined);
  }

  async #boSnoozes({ channelId, ts }: ShownMessage): Promise<void> {
    const bo = this.#slack.as(CAST.bo.id);
    if (this.isPlayed(bo.id) || bo.modal() !== undefined || this.#clock.now() < this.#boRestsUntil) return;
    const message = bo.messages(channelId).find((each) => each.ts === ts);
    const [button] = snoozesIn(message?.blocks ?? []);
    if (message === undefined || button === undefined) return;
    this.#boRestsUntil = this.#clock.now() + BO_RESTS_MS;
    await this.#slack.blockAction(CAST.bo.id, { kind: 'message', channelId, ts }, placeOf(button));
    const form = await bo.waitForModal(
      (modal) => modal.title === 'Snooze' && modal.submitLabel !== undefined,
      WINDOW_MS,
    );
    await form.fill({ Reason: BO_REASON });
    const { result } = await form.submit();
    if (form.open) await form.close('x');
    if (result === 'errors' || result === 'failed') return;
    this.#tell(`${CAST.bo.realName} snoozed the first key of his reminders: “${BO_REASON}”`);
  }

  async #cleoAnswers(channel: ShownChannel, { ts }: ShownMessage): Promise<void> {
    const line = CLEO_LINES[this.#cleoSaid];
    if (line === undefined || this.isPlayed(CAST.cleo.id)) return;
    this.#cleoSaid += 1;
    await this.#slack.say(CAST.cleo.id, channel.id, line, { threadTs: ts, scripted: true })?.first;
    this.#tell(`${CAST.cleo.realName} answered the digest in #${channel.name}, in its thread`);
  }

  #tell(words: string): void {
    this.#meanwhile.add('Slack', [{ at: this.#clock.now(), words }]);
  }
}

function isReply({ ts, threadTs }: ShownMessage): boolean {
  return threadTs !== undefined && threadTs !== ts;
}

/** The buttons that offer to snooze. */
function snoozesIn(blocks: readonly Json[]): readonly Placed[] {
  return placed(blocks).filter(
    ({ element }) => element['type'] === 'button' && text(part(element, 'text'), 'text') === 'Snooze',
  );
}

function placeOf({ block, element }: Placed): { blockId: string; actionId: string } {
  return { blockId: text(block, 'block_id') ?? '', actionId: text(element, 'action_id') ?? '' };
}
