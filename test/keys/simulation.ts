import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Fault } from '../../sandbox/slack/faults.ts';
import type { InventoryKey, KeyEvent } from '../../src/domain/inventory.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import { DEFAULT_WORKING_HOURS, shiftAt } from '../../src/domain/working-hours.ts';
import type { Services } from '../../src/handlers/services.ts';
import { assessAll, remind } from '../../src/pollers/reminders.ts';
import { emptyOutbox } from '../../src/slack/outbox.ts';
import { ACCOUNT, DAY, sampleKey, tagged } from '../domain/key-samples.ts';
import { FastClock } from '../support/fast-clock.ts';
import type { EngineName } from '../support/rekey.ts';
import { chanceOf } from '../support/troubles.ts';
import { CHANNELS, KeysBench, SCOPES } from './bench.ts';
import { Died, Life, mortal } from './mortal.ts';

const HOUR = 3_600_000;
const KEYS = 18;
/** A run of fewer says little. */
const FEWEST_PASSES = 41;
/** Slack's second lasts 100 ms here, and the longest call six: far less than a notice is held for. */
const SPEED = 10;
const CALL_MS = 600;
const HISTORY = ['channels:history', 'groups:history', 'im:history'];
const never = new AbortController().signal;

const TROUBLES: readonly Fault[] = [
  { kind: 'http', status: 429, retryAfter: 5 },
  { kind: 'http', status: 503 },
  { kind: 'error', error: 'internal_error' },
  { kind: 'answer_lost', how: 'reset' },
  { kind: 'answer_lost', how: 'hang' },
  { kind: 'hang' },
  { kind: 'latency', ms: 50 },
];

export interface Run {
  readonly engine: EngineName;
  /** Whether Slack lets Rekey read its own messages again. */
  readonly history: boolean;
  readonly days: number;
  readonly seed: number;
  /** How many run at the same time on one database. */
  readonly instances: number;
}

export interface Tally {
  passes: number;
  deaths: number;
  reminders: number;
  rows: number;
}

/** A key whose life is watched. */
interface Watched {
  readonly accessKeyId: string;
  readonly userName: string;
  readonly owner: string | null;
  readonly dueAt: number;
  readonly snoozes: { readonly at: number; readonly until: number }[];
  goneAt: number | null;
}

/**
 * Days of an account with keys that come of age, are snoozed and replaced, in which processes die at any call, are away
 * for days, and Slack is in trouble. After every pass that came to its end all that was due must be told, and nothing
 * twice; at the end, all of it must stand in Slack.
 */
export async function simulate(run: Run): Promise<Tally> {
  const clock = new FastClock(SPEED);
  const scopes = run.history ? [...SCOPES, ...HISTORY] : SCOPES;
  const bench = await KeysBench.by(clock, run.engine, scopes, CALL_MS);
  try {
    return await new Simulation(run, bench).play();
  } finally {
    await bench.close();
  }
}

class Simulation {
  readonly #run: Run;
  readonly #bench: KeysBench<FastClock>;
  readonly #chance: () => number;
  readonly #watched: Watched[] = [];
  readonly #tally: Tally = { passes: 0, deaths: 0, reminders: 0, rows: 0 };
  #made = 0;

  constructor(run: Run, bench: KeysBench<FastClock>) {
    this.#run = run;
    this.#bench = bench;
    this.#chance = chanceOf(run.seed);
  }

  async play(): Promise<Tally> {
    const { clock } = this.#bench;
    await this.#bench.connect({}, { sweptAt: clock.now(), fullAt: clock.now() });
    await this.#greet();
    for (let key = 0; key < KEYS; key += 1) {
      const owner = ['omar', 'ada', null][key % 3] ?? null;
      await this.#makeKey(owner, Math.floor(95 - this.#chance() * Math.min(55, 2 * this.#run.days)));
    }
    const end = clock.now() + this.#run.days * DAY;
    let services = this.#instances();
    // However long the steps of this seed are.
    while (clock.now() < end || this.#tally.passes < FEWEST_PASSES) {
      clock.forward(
        this.#chance() < 0.04 ? (1 + 2 * this.#chance()) * DAY : (0.3 + 5 * this.#chance()) * HOUR,
      );
      await this.#peopleAct();
      await this.#sweep();
      if (this.#chance() < 0.25) this.#slackTrouble();
      services = await this.#pass(services);
    }
    this.#bench.slack.faults.clear();
    await this.#settle();
    await this.#checkSlack();
    return this.#tally;
  }

  /** Which channel a person's direct messages are only the first of them tells: until then there is nowhere to look. */
  async #greet(): Promise<void> {
    const { stores, clock } = this.#bench;
    const hello = (userId: string) =>
      stores.notices.add({
        id: `hello-${userId}`,
        target: { kind: 'person', userId },
        text: 'Hello.',
        blocks: [],
        createdAt: clock.now(),
        correlationId: 'hello',
      });
    await stores.atomically([hello('U0OWNER'), hello('U0ADMIN')]);
    await this.#settle();
  }

  #instances(): Services[] {
    return Array.from({ length: this.#run.instances }, () => this.#bench.instance());
  }

  /** Lets every instance do its work, some of them not to the end; those that died come back with no memory. */
  async #pass(services: readonly Services[]): Promise<Services[]> {
    const { clock } = this.#bench;
    const lives = services.map(() => this.#life());
    const bodies = services.map((each, at) => mortal(each, lives[at] ?? this.#life()));
    const began = clock.now();
    const told = await Promise.all(
      bodies.map((each) =>
        unlessDead(async () => {
          await assessAll(each, never);
          await remind(each, never);
        }),
      ),
    );
    this.#tally.passes += 1;
    if (told.some((whole) => whole)) await this.#checkTold(began, clock.now());
    await Promise.all(bodies.map((each) => unlessDead(() => deliver(each, 3))));
    this.#tally.deaths += lives.filter(({ dead }) => dead).length;
    return services.map((each, at) => (lives[at]?.dead === true ? this.#bench.instance() : each));
  }

  /** Half of the lives are whole; of the others, half end at one of the first changes, the rest at any call. */
  #life(): Life {
    if (this.#chance() < 0.5) return new Life(Infinity, { heard: true, changesOnly: false });
    const changesOnly = this.#chance() < 0.5;
    const calls = 1 + Math.floor(this.#chance() * (changesOnly ? 6 : 70));
    return new Life(calls, { heard: this.#chance() < 0.5, changesOnly });
  }

  async #makeKey(owner: string | null, days: number): Promise<void> {
    const { clock } = this.#bench;
    this.#made += 1;
    const number = String(this.#made).padStart(6, '0');
    const userName = `svc-${number}`;
    const [accessKeyId, userId] = [`AKIAEXAMPLEX${number}XX`, `AIDAEXAMPLEX${number}XX`];
    const createdAt = clock.now() - days * DAY - Math.floor(this.#chance() * DAY);
    const key = sampleKey({ accessKeyId, userId, userName, createdAt, firstSeenAt: createdAt });
    await this.#bench.keep([tagged(owner === null ? {} : { owner }, { userId, userName })], [key]);
    const dueAt = createdAt + DEFAULT_KEY_POLICY.maxAgeDays * DAY;
    this.#watched.push({ accessKeyId, userName, owner, dueAt, snoozes: [], goneAt: null });
  }

  /** Somebody snoozes a key, or replaces one. */
  async #peopleAct(): Promise<void> {
    const { stores, clock, services } = this.#bench;
    const now = clock.now();
    const living = this.#watched.filter(({ goneAt }) => goneAt === null);
    const key = living[Math.floor(this.#chance() * living.length)];
    if (key === undefined) return;
    const dice = this.#chance();
    if (dice < 0.03 && !key.snoozes.some(({ until }) => until > now)) {
      const snooze = { at: now, until: now + Math.floor((1 + this.#chance() * 12) * DAY) };
      key.snoozes.push(snooze);
      const { accessKeyId } = key;
      const words = {
        id: services.ids.next(),
        accessKeyId,
        accountId: ACCOUNT,
        reason: 'later',
        by: 'U0OWNER',
      };
      const running = { ...words, ...snooze, endedAt: null, endedBy: null };
      await stores.atomically([stores.inventory.snoozes.add(running)]);
    } else if (dice > 0.98 && now > key.dueAt) {
      key.goneAt = now;
      const row = await stores.inventory.keys.byId(key.accessKeyId);
      if (row !== null) await stores.atomically([stores.inventory.keys.put([{ ...row, goneAt: now }])]);
      await this.#makeKey(key.owner, 60);
    }
  }

  /** What a sweep would find: all as before, used an hour ago. */
  async #sweep(): Promise<void> {
    const { stores, clock } = this.#bench;
    const { users, keys, accounts } = stores.inventory;
    const now = clock.now();
    const used = (key: InventoryKey): InventoryKey => ({
      ...key,
      lastUse: { kind: 'used', service: 's3', region: null, at: now - HOUR, asOf: now },
    });
    const account = await accounts.byId(ACCOUNT);
    if (account === null) throw new Error('The account is gone');
    await stores.atomically([
      users.put((await users.page(ACCOUNT, null, 500)).map((user) => ({ ...user, keysReadAt: now }))),
      keys.put((await keys.page(ACCOUNT, null, 500)).map(used)),
      accounts.update({ ...account, sweptAt: now, fullAt: now, version: account.version + 1 }),
    ]);
  }

  #slackTrouble(): void {
    const { faults } = this.#bench.slack;
    faults.clear();
    for (let count = 0; count < 3; count += 1) {
      const fault = TROUBLES[Math.floor(this.#chance() * TROUBLES.length)];
      if (fault !== undefined) faults.add('chat.postMessage', fault);
    }
    if (this.#chance() < 0.3) faults.add('conversations.history', { kind: 'http', status: 503 });
    if (this.#chance() < 0.3) faults.add('users.list', { kind: 'http', status: 503 });
  }

  /** After a pass that came to its end: who is at work, and got no digest in this shift before, knows all that is due. */
  async #checkTold(from: number, to: number): Promise<void> {
    const events = await this.#events();
    const ids = this.#watched.map(({ accessKeyId }) => accessKeyId);
    const standings = await this.#bench.stores.inventory.standings.ofKeys(ids);
    // Slack never said yet whose these are: an owner known once outlives a look-up that fails.
    const unasked = new Set(
      standings
        .filter(({ ownership }) => !ownership.known && ownership.failed === true)
        .map(({ accessKeyId }) => accessKeyId),
    );
    for (const [listener, timeZone] of LISTENERS) {
      const hours = { ...DEFAULT_WORKING_HOURS, timeZone };
      const shift = shiftAt(hours, from);
      if (shift === null || shiftAt(hours, to)?.opens !== shift.opens) continue;
      const theirs = events.filter(({ detail }) => detail['audience'] === listener);
      if (theirs.some(({ at }) => at >= shift.opens && at < from)) continue;
      for (const key of this.#watched) {
        const stage = expectedStage(key, listener, from);
        if (stage === null || stage !== expectedStage(key, listener, to)) continue;
        if (unasked.has(key.accessKeyId)) continue;
        const known = theirs
          .filter(({ accessKeyId }) => accessKeyId === key.accessKeyId)
          .flatMap(({ detail }) => String(detail['stage']).split(', '));
        ok(
          known.includes(stage),
          `${listener} at ${new Date(from).toISOString()}: ${key.accessKeyId} ${stage}`,
        );
      }
    }
  }

  async #events(): Promise<KeyEvent[]> {
    const { keyHistory } = this.#bench.stores.inventory;
    const all = await Promise.all(
      this.#watched.map(({ accessKeyId }) => keyHistory.ofKey(accessKeyId, 10_000)),
    );
    return all.flat().filter(({ what }) => what === 'reminded');
  }

  async #settle(): Promise<void> {
    const { services, stores, clock } = this.#bench;
    for (let round = 0; round < 400; round += 1) {
      if ((await stores.notices.waiting()).count === 0) return;
      const { nextAt } = await emptyOutbox(services, never);
      if (nextAt !== null) clock.forward(Math.max(0, nextAt - clock.now()));
    }
    throw new Error('The outbox does not come to rest');
  }

  async #checkSlack(): Promise<void> {
    const events = await this.#events();
    this.#tally.reminders = events.length;
    for (const [listener, timeZone] of LISTENERS) {
      const theirs = events.filter(({ detail }) => detail['audience'] === listener);
      const hours = { ...DEFAULT_WORKING_HOURS, timeZone };
      // At work only, and one digest a shift.
      const digests = [...new Set(theirs.map(({ at }) => at))];
      const shifts = digests.map((at) => shiftAt(hours, at)?.opens);
      ok(!shifts.includes(undefined), `${listener}: a digest out of hours`);
      equal(new Set(shifts).size, digests.length, `${listener}: two digests in one shift`);
      const shown = this.#bench
        .messages(listener.split(':')[1] ?? '')
        .map(({ blocks }) => JSON.stringify(blocks));
      for (const key of this.#watched) {
        const mine = theirs.filter(({ accessKeyId }) => accessKeyId === key.accessKeyId);
        const stages = mine.flatMap(({ detail }) => String(detail['stage']).split(', '));
        const once = stages.filter((stage) => !stage.startsWith('snooze_ended'));
        deepEqual(once, [...new Set(once)], `${listener} of ${key.accessKeyId}`);
        for (const { at } of mine) {
          const snoozed = key.snoozes.some((snooze) => snooze.at < at && at < snooze.until);
          ok(!snoozed, `${key.accessKeyId} was told at ${at} while it was snoozed`);
        }
        const rows = shown.filter((text) => text.includes(`"value":"${key.accessKeyId}"`)).length;
        this.#tally.rows += rows;
        const exact = this.#run.history ? rows === mine.length : rows >= mine.length;
        ok(exact, `${listener} of ${key.accessKeyId}: ${rows} rows for ${mine.length} reminders`);
      }
    }
    deepEqual(this.#bench.slack.defects, []);
    deepEqual(
      this.#bench.log.lines.filter((line) => line.includes('given up')),
      [],
    );
  }
}

/** Everybody who may be told, with their time zone; people's is that of the stand-in. */
const LISTENERS: readonly (readonly [id: string, timeZone: string])[] = [
  ['user:U0OWNER', 'Europe/Berlin'],
  ['user:U0ADMIN', 'Europe/Berlin'],
  [`channel:${CHANNELS.team}`, 'UTC'],
  [`channel:${CHANNELS.alerts}`, 'UTC'],
];

const OWNERS: Readonly<Record<string, string>> = { omar: 'user:U0OWNER', ada: 'user:U0ADMIN' };

/** The schedule by hand: days from the maximum age, and from when on the stage holds. */
const SCHEDULE: readonly (readonly [days: number, stage: string])[] = [
  [-14, 'due_soon before:14'],
  [-7, 'due_soon before:7'],
  [-3, 'due_soon before:3'],
  [-1, 'due_soon before:1'],
  [0, 'over_age due'],
  ...Array.from({ length: 60 }, (_, at) => [3 * (at + 1), `over_age after:${3 * (at + 1)}`] as const),
];

function expectedStage(key: Watched, listener: string, at: number): string | null {
  if (key.goneAt !== null || key.snoozes.some((snooze) => snooze.at <= at && at < snooze.until)) return null;
  const days = (at - key.dueAt) / DAY;
  const first = key.owner === null ? `channel:${CHANNELS.alerts}` : OWNERS[key.owner];
  if (listener !== first && (listener !== `channel:${CHANNELS.team}` || days < -7)) return null;
  return SCHEDULE.findLast(([from]) => days >= from)?.[1] ?? null;
}

/** True when it came to its end. */
async function unlessDead(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Died) return false;
    throw error;
  }
}

async function deliver(services: Services, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const { nextAt } = await emptyOutbox(services, never);
    if (nextAt === null) return;
  }
}
