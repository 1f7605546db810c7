import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../sandbox/slack/json.ts';
import type { SlackStandIn } from '../sandbox/slack/stand-in.ts';
import type { Template } from './deliveries.ts';

/** The windows that {@link Template}s of taken forms are sent from. */
export const BENCH_WINDOW = 'V0BENCH';
/** How long work behind acknowledgements may take to end; ms. */
const SETTLE_MS = 60_000;
const LOOK_MS = 5;

/** Sends deliveries to one measured process and times their acknowledgements; ms. */
export class Load {
  readonly #slack: SlackStandIn;
  #forgotten = 0;
  /** How many deliveries started work that ends after its acknowledgement. */
  #begun = 0;

  constructor(slack: SlackStandIn) {
    this.#slack = slack;
  }

  /**
   * Sends `size` deliveries at one moment, however slow the answers are, each counted from that moment: a process that
   * stalls cannot hide it by delaying its own load. Then waits for the work they started.
   */
  async burst(template: Template, from: number, size: number): Promise<number[]> {
    const bodies = Array.from({ length: size }, (_, at) => template.body(from + at));
    if (template.startsWork) this.#begun += size;
    const moment = performance.now();
    const took = await Promise.all(bodies.map((body) => this.#acknowledged(template, body, moment)));
    await this.#settled();
    this.#forget();
    return took;
  }

  async #acknowledged({ kind }: Template, body: Json, since: number): Promise<number> {
    const ack = await this.#slack.sendRaw(kind, body);
    // What Slack gave up waiting for counts with the time it waited.
    if (ack.outcome !== 'ack' && ack.outcome !== 'timeout')
      throw new Error(`Not acknowledged: ${ack.outcome}`);
    return performance.now() - since;
  }

  /** Works that have shown their outcome; the messages about it follow at their own slow pace. */
  get #ended(): number {
    return this.#forgotten + this.#slack.received.filter(isOutcome).length;
  }

  /** The last outcome is followed by a new Home page. */
  get #isOver(): boolean {
    const { received } = this.#slack;
    const last = received.findLastIndex(isOutcome);
    return last === -1 || received.slice(last).some(({ method }) => method === 'views.publish');
  }

  async #settled(): Promise<void> {
    const until = performance.now() + SETTLE_MS;
    while (this.#ended < this.#begun || !this.#isOver) {
      if (performance.now() > until) throw new Error(`Only ${this.#ended} of ${this.#begun} works ended`);
      await sleep(LOOK_MS);
    }
  }

  /** The journal would grow with the load, and with it the time of the measuring process. */
  #forget(): void {
    this.#forgotten = this.#ended;
    (this.#slack.sent as unknown[]).length = 0;
    (this.#slack.received as unknown[]).length = 0;
    this.#slack.defects.length = 0;
  }
}

function isOutcome({ method, args }: SlackStandIn['received'][number]): boolean {
  return method === 'views.update' && String(args['view_id']).startsWith(BENCH_WINDOW);
}
