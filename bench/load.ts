import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../sandbox/slack/json.ts';
import type { SlackStandIn } from '../sandbox/slack/stand-in.ts';
import type { Template } from './deliveries.ts';

/** The windows that {@link Template}s of taken forms are sent from. */
export const BENCH_WINDOW = 'V0BENCH';
/** How long work behind acknowledgements may take to end; ms. */
const SETTLE_MS = 60_000;
const LOOK_MS = 5;
/** After deliveries that came too late, nothing ended for so long; ms. */
const QUIET_MS = 3_000;

interface Acknowledged {
  readonly took: number;
  readonly isInTime: boolean;
}

/** Sends deliveries to one measured process and times their acknowledgements; ms. */
export class Load {
  readonly #slack: SlackStandIn;
  readonly #told: () => string;
  #forgotten = 0;
  /** How many deliveries started work that ends after its acknowledgement. */
  #begun = 0;

  /** `told`: what the measured process wrote so far, for whoever asks why it is late. */
  constructor(slack: SlackStandIn, told: () => string = () => '') {
    this.#slack = slack;
    this.#told = told;
  }

  /**
   * Sends `size` deliveries at one moment, however slow the answers are, each counted from that moment: a process that
   * stalls cannot hide it by delaying its own load. Then waits for the work they started.
   */
  async burst(template: Template, from: number, size: number): Promise<number[]> {
    const bodies = Array.from({ length: size }, (_, at) => template.body(from + at));
    const moment = performance.now();
    const acks = await Promise.all(bodies.map((body) => this.#acknowledged(template, body, moment)));
    const inTime = acks.filter(({ isInTime }) => isInTime).length;
    if (template.startsWork) this.#begun += inTime;
    await this.#settled(size - inTime);
    this.#forget();
    return acks.map(({ took }) => took);
  }

  async #acknowledged({ kind }: Template, body: Json, since: number): Promise<Acknowledged> {
    const ack = await this.#slack.sendRaw(kind, body);
    // What Slack gave up waiting for counts with the time it waited.
    if (ack.outcome !== 'ack' && ack.outcome !== 'timeout')
      throw new Error(`Not acknowledged: ${ack.outcome}`);
    return { took: performance.now() - since, isInTime: ack.outcome === 'ack' };
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

  /** `lost`: deliveries Slack gave up waiting for, before the process took them from the socket or after. */
  async #settled(lost: number): Promise<void> {
    const until = performance.now() + SETTLE_MS;
    let ended = this.#ended;
    let endedAt = performance.now();
    const mayComeLate = (): boolean => lost > 0 && performance.now() - endedAt < QUIET_MS;
    // Works of deliveries that came too late may be under way, too; nobody knows how many.
    while (this.#ended < this.#begun || !this.#isOver || mayComeLate()) {
      if (this.#ended > ended) [ended, endedAt] = [this.#ended, performance.now()];
      if (performance.now() > until) {
        process.stderr.write(`${troubleIn(this.#told())}\n`);
        throw new Error(`Only ${this.#ended} of ${this.#begun} works ended; ${lost} came too late`);
      }
      await sleep(LOOK_MS);
    }
  }

  /** The journal would grow with the load, and with it the time of the measuring process. */
  #forget(): void {
    this.#forgotten = this.#ended;
    this.#begun = Math.max(this.#begun, this.#forgotten);
    (this.#slack.sent as unknown[]).length = 0;
    (this.#slack.received as unknown[]).length = 0;
    this.#slack.defects.length = 0;
  }
}

/** The window of a taken form shows how its work ended; an acknowledgement that came too late is shown there first. */
function isOutcome({ method, args }: SlackStandIn['received'][number]): boolean {
  return (
    method === 'views.update' &&
    String(args['view_id']).startsWith(BENCH_WINDOW) &&
    !JSON.stringify(args['view']).includes('This takes some seconds')
  );
}

/** The last lines of a log that tell of trouble. */
function troubleIn(output: string): string {
  const lines = output.split('\n').filter((line) => /"level":"?(?:40|50|60|warn|error|fatal)/.test(line));
  return lines.slice(-20).join('\n');
}
