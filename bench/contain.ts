import { setTimeout as sleep } from 'node:timers/promises';
import { openStores, type OpenStores } from '../db/open.ts';
import { isPlain, type Json } from '../sandbox/slack/json.ts';
import { systemClock } from '../src/clock.ts';
import { createLog } from '../src/log.ts';
import { figure, median, quantile, type Figure } from './figures.ts';
import { Worker, type Measured } from './processes.ts';
import { Site } from './site.ts';
import type { ContainAwsAnswer, ContainAwsQuestion, Victim } from './workers/contain-aws.ts';
import type { ContainRawAnswer, ContainRawQuestion } from './workers/contain-raw.ts';
import { moment } from './workers/moment.ts';

/** What deciding and recording may add to the calls themselves; ms. */
const MOST_OVERHEAD_MS = 150;
const CONFIRM_MS = 120_000;
const LOOK_MS = 50;
const WINDOW_MS = 20_000;

export interface ContainPlan {
  /** Each with new processes and a new database. */
  readonly rounds: number;
  /** One at a time, before the bursts. */
  readonly alone: number;
  /** How many incidents of a burst come at one moment. */
  readonly atOnce: number;
  readonly bursts: number;
  /** Bursts that are not measured. */
  readonly warmUp: number;
}

type Size = number;

/** From the arrival of the submission (for the floor: from the calls) on; ms. */
interface Samples {
  readonly sent: number[];
  readonly confirmed: number[];
}

interface All {
  readonly rekey: Samples;
  /** The same calls. */
  readonly raw: Samples;
  /** The two changes among them. */
  readonly changes: Samples;
}

/**
 * From a confirmed window, over signed HTTP, to both effects sent and to their confirmation, beside the same calls alone,
 * and the two changes among them, against the same AWS in turns. `newDatabase` answers the URL of one on PostgreSQL, or
 * null for a file.
 */
export async function benchContain(
  plan: ContainPlan,
  newDatabase: () => Promise<string | null>,
): Promise<Figure[]> {
  const rounds: Map<Size, All>[] = [];
  let engine = 'sqlite';
  for (let round = 0; round < plan.rounds; round += 1) {
    const database = await newDatabase();
    if (database !== null) engine = 'postgres';
    rounds.push(await oneRound(plan, database));
  }
  return [1, plan.atOnce].flatMap((size) => [
    sentFigure(rounds, size, 0.5, engine),
    sentFigure(rounds, size, 0.99, engine),
    changesFigure(rounds, size, engine),
    confirmedFigure(rounds, size, engine),
  ]);
}

function of(
  rounds: readonly Map<Size, All>[],
  size: Size,
  who: keyof All,
  what: keyof Samples,
  share: number,
) {
  return rounds.map((round) => quantile(round.get(size)?.[who][what] ?? [], share));
}

function sentFigure(rounds: readonly Map<Size, All>[], size: Size, share: number, engine: string): Figure {
  const what = `submission to both effects sent, ${size} at once, p${share * 100} (http, ${engine})`;
  const raw = of(rounds, size, 'raw', 'sent', share);
  const floor = { what: 'the same calls alone', rounds: raw };
  const named = { bench: 'contain', what, unit: 'ms' };
  if (share < 0.9) return figure(named, of(rounds, size, 'rekey', 'sent', share), floor);
  return figure(named, of(rounds, size, 'rekey', 'sent', share), floor, {
    words: `the same calls alone + ${MOST_OVERHEAD_MS} ms`,
    most: median(raw) + MOST_OVERHEAD_MS,
  });
}

function changesFigure(rounds: readonly Map<Size, All>[], size: Size, engine: string): Figure {
  const what = `the same beside the two changes, ${size} at once, p99 (http, ${engine})`;
  return figure({ bench: 'contain', what, unit: 'ms' }, of(rounds, size, 'rekey', 'sent', 0.99), {
    what: 'the two changes alone',
    rounds: of(rounds, size, 'changes', 'sent', 0.99),
  });
}

function confirmedFigure(rounds: readonly Map<Size, All>[], size: Size, engine: string): Figure {
  const what = `submission to confirmed by IAM, ${size} at once, p99 (http, ${engine})`;
  return figure({ bench: 'contain', what, unit: 'ms' }, of(rounds, size, 'rekey', 'confirmed', 0.99), {
    what: 'the same calls and three reads without a wait',
    rounds: of(rounds, size, 'raw', 'confirmed', 0.99),
  });
}

async function oneRound(plan: ContainPlan, database: string | null): Promise<Map<Size, All>> {
  const aws = Worker.start<ContainAwsQuestion, ContainAwsAnswer>('contain-aws');
  const raw = Worker.start<ContainRawQuestion, ContainRawAnswer>('contain-raw');
  const { url, guard, victims } = await aws.ask({ users: 1 });
  const site = await Site.open('http', url, database);
  let rekey: Measured | null = null;
  let stores: OpenStores | null = null;
  try {
    rekey = await site.startRekey();
    const log = createLog({ level: 'silent' });
    stores = await openStores({ url: site.database, exclusive: false, clock: systemClock, log });
    await connected(site, guard);
    const submission = await submissionOf(site, victims[0]?.accessKeyId ?? '');
    const round = new Round(site, stores, { aws, raw }, { url, guard, submission });
    return await round.measure(plan);
  } finally {
    await stores?.close();
    for (const each of [rekey, raw, aws]) await each?.stop();
    await site.close();
  }
}

async function connected({ admin }: Site, key: ContainAwsAnswer['guard']): Promise<void> {
  await admin.slash('/aws-connect');
  const form = await admin.waitForModal((modal) => modal.title === 'Connect AWS', WINDOW_MS);
  await form.fill({
    'Connection name': 'Bench',
    Method: 'Access key',
    'Access key ID': key.accessKeyId,
    'Secret access key': key.secretAccessKey,
  });
  await form.submit();
  await (await admin.waitForModal((modal) => modal.title === 'Connected', WINDOW_MS)).close();
}

/** What Slack sends when somebody confirms the window of this key. */
async function submissionOf({ admin, slack }: Site, accessKeyId: string): Promise<Json> {
  await admin.slash(`/aws-deactivate ${accessKeyId}`);
  const form = await admin.waitForModal((modal) => modal.title === 'Deactivate', WINDOW_MS);
  await form.fill({ Reason: 'bench' });
  await form.submit();
  const last = slack.sent.findLast(({ body }) => JSON.stringify(body).includes('view_submission'));
  if (last === undefined) throw new Error('Slack sent no submission');
  await (await admin.waitForModal((modal) => modal.title === 'Containment', WINDOW_MS)).close();
  return last.body;
}

interface Workers {
  readonly aws: Worker<ContainAwsQuestion, ContainAwsAnswer>;
  readonly raw: Worker<ContainRawQuestion, ContainRawAnswer>;
}

interface Setting {
  readonly url: string;
  readonly guard: ContainAwsAnswer['guard'];
  readonly submission: Json;
}

/** One Rekey, and the calls alone, in turns. */
class Round {
  readonly #site: Site;
  readonly #stores: OpenStores;
  readonly #workers: Workers;
  readonly #setting: Setting;
  readonly #samples = new Map<Size, All>();

  constructor(site: Site, stores: OpenStores, workers: Workers, setting: Setting) {
    this.#site = site;
    this.#stores = stores;
    this.#workers = workers;
    this.#setting = setting;
  }

  async measure({ alone, atOnce, bursts, warmUp }: ContainPlan): Promise<Map<Size, All>> {
    for (let at = 0; at < warmUp; at += 1) await this.#turn(atOnce, null);
    for (let at = 0; at < alone; at += 1) await this.#turn(1, this.#of(1));
    for (let at = 0; at < bursts; at += 1) await this.#turn(atOnce, this.#of(atOnce));
    return this.#samples;
  }

  #of(size: Size): All {
    const none = (): Samples => ({ sent: [], confirmed: [] });
    const all = this.#samples.get(size) ?? { rekey: none(), raw: none(), changes: none() };
    this.#samples.set(size, all);
    return all;
  }

  async #turn(size: Size, into: All | null): Promise<void> {
    const { aws } = this.#workers;
    const { victims } = await aws.ask({ users: 3 * size });
    const [ours, theirs, plain] = [0, 1, 2].map((at) => victims.slice(at * size, (at + 1) * size));
    if (ours === undefined || theirs === undefined || plain === undefined) throw new Error('Nobody is there');
    await this.#alone(theirs, false, into?.raw ?? null);
    await this.#alone(plain, true, into?.changes ?? null);

    const bodies = ours.map(({ accessKeyId }) => this.#body(accessKeyId));
    const beganAt = moment();
    const acks = bodies.map((body) => this.#site.slack.sendRaw('interaction', body));
    const { sentAt } = await aws.ask({ until: idsOf(ours) });
    into?.rekey.sent.push(...sentAt.map((at) => at - beganAt));
    for (const { outcome } of await Promise.all(acks)) {
      // What Slack gives up waiting for is carried out all the same.
      if (outcome !== 'ack' && outcome !== 'timeout') throw new Error(`Not acknowledged: ${outcome}`);
    }
    // Also where nobody asks: the next turn is to meet a Rekey at rest.
    const confirmedAt = await this.#confirmed(ours);
    into?.rekey.confirmed.push(...confirmedAt.map((at) => at - beganAt));
    this.#forget();
  }

  /** The calls without Rekey. */
  async #alone(victims: readonly Victim[], changesOnly: boolean, into: Samples | null): Promise<void> {
    const { aws, raw } = this.#workers;
    const { url, guard } = this.#setting;
    const { beganAt, confirmedAt } = await raw.ask({ url, key: guard, victims, changesOnly });
    const { sentAt } = await aws.ask({ until: idsOf(victims) });
    into?.sent.push(...sentAt.map((at) => at - beganAt));
    into?.confirmed.push(...confirmedAt.map((at) => at - beganAt));
  }

  /** The confirmed window of another key. */
  #body(accessKeyId: string): Json {
    const { submission } = this.#setting;
    const first = /AKIA[A-Z0-9]{16}/.exec(JSON.stringify(submission))?.[0];
    if (first === undefined) throw new Error('The submission names no key');
    const body = JSON.parse(JSON.stringify(submission).replaceAll(first, accessKeyId)) as Json;
    const view = body['view'];
    if (!isPlain(view)) throw new Error('The submission has no view');
    const id = `V0${accessKeyId}`;
    return { ...body, view: { ...view, id, root_view_id: id } };
  }

  /**
   * When IAM had confirmed each. Then their holds are ended, so that the next burst meets a Rekey at rest, as the first did:
   * a hold reads its user every two seconds.
   */
  async #confirmed(victims: readonly Victim[]): Promise<readonly number[]> {
    const { containments } = this.#stores;
    const times = new Map<string, number>();
    const until = moment() + CONFIRM_MS;
    const isThere = ({ accessKeyId }: Victim): boolean => times.has(accessKeyId);
    while (!victims.every(isThere)) {
      if (moment() > until) throw new Error('Not everything was confirmed');
      for (const row of await containments.open(10_000)) {
        if (row.confirmedAt !== null) times.set(row.accessKeyId, row.confirmedAt);
        if (row.confirmedAt === null || row.nextAt === null) continue;
        const over = { ...row, state: 'standing', nextAt: null, heldUntil: null, proofAt: null } as const;
        const ended = { ...over, version: row.version + 1 };
        // Whoever holds it may have written first; then it is ended at the next look.
        await this.#stores.atomically([containments.update(ended)]).catch(() => null);
      }
      if (!victims.every(isThere)) await sleep(LOOK_MS);
    }
    return victims.map(({ accessKeyId }) => times.get(accessKeyId) ?? 0);
  }

  /** The journal would grow with the load, and with it the time of the measuring process. */
  #forget(): void {
    const { slack } = this.#site;
    (slack.sent as unknown[]).length = 0;
    (slack.received as unknown[]).length = 0;
    slack.defects.length = 0;
  }
}

function idsOf(victims: readonly Victim[]): string[] {
  return victims.map(({ accessKeyId }) => accessKeyId);
}
