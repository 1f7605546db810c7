import { z } from 'zod';
import type { Stores } from '../ports/stores.ts';
import type { Clock, Log } from '../ports/world.ts';
import type { SigningInstance } from '../ports/instances.ts';
import type { OpenInstances, SigningKeys } from './open.ts';

/** The settings that hold the heartbeats, one for each instance. */
export const HEARTBEATS = 'instance:';
/** A few small reads and one write each; ms. */
const BEAT_MS = 10_000;
/** Whose heartbeat stood still over so many of ours no longer takes part in the calls; after as many more it is dead. */
const MISSED = 3;
/** How many beats a throttle is told for: whoever reads every beat hears of it. */
const TOLD_FOR = 6;
/** What was not used over so many beats is used no more. */
const USED_FOR = 3;
/** After so many beats of ours, everybody has read the first of them. */
const HEARD_AFTER = 2;

const beat = z.object({
  beat: z.number(),
  /** Budgets that AWS throttled, each with the beat that told it first. */
  throttled: z.record(z.string(), z.number()),
  /** The keys it signs with, by connection; null before it can sign. Earlier versions do not say. */
  signsWith: z.record(z.string(), z.string()).nullable().default(null),
  /** Whose calls this instance makes; earlier versions do not say. */
  using: z.array(z.string()).default([]),
});

type Beat = z.infer<typeof beat>;

/** The heartbeat of another instance, as it stands in its row. */
interface Row {
  /** All of it: whatever a later version writes, it changes while that instance lives. */
  readonly text: string;
  readonly throttled: Beat['throttled'];
  readonly signsWith: Beat['signsWith'];
  readonly using: ReadonlySet<string>;
}

interface Seen extends Row {
  /** Over how many of our own beats it has stood still. */
  readonly missed: number;
}

export interface HeartbeatGround {
  readonly stores: Pick<Stores, 'settings' | 'atomically'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly instanceId: string;
  /** Between two heartbeats; ms. */
  readonly beatMs?: number | undefined;
}

/**
 * Makes the instances on one database known to each other. Life is told by change, never by the time in a row: clocks
 * of hosts differ and step. While the database does not answer, what was known last holds.
 */
export class Heartbeat implements OpenInstances {
  readonly #ground: HeartbeatGround;
  readonly #stopping = new AbortController();
  readonly #listeners: ((budget: string) => void)[] = [];
  #seen: ReadonlyMap<string, Seen> = new Map();
  #throttled = new Map<string, number>();
  /** What this instance uses, with the beat that tells it first and the one it was used in last. */
  readonly #using = new Map<string, { readonly since: number; last: number }>();
  #beat = 0;
  #keys: SigningKeys | null = null;
  #loop: Promise<void> | null = null;

  constructor(ground: HeartbeatGround) {
    this.#ground = ground;
  }

  get instances(): number {
    return 1 + [...this.#seen.values()].filter(isAlive).length;
  }

  sharers(use: string): number {
    const known = this.#using.get(use);
    const using = known ?? { since: this.#beat + 1, last: this.#beat };
    using.last = this.#beat;
    if (known === undefined) this.#using.set(use, using);
    if (this.#beat - using.since < HEARD_AFTER) return this.instances;
    return 1 + [...this.#seen.values()].filter((other) => isAlive(other) && other.using.has(use)).length;
  }

  throttled(budget: string): void {
    this.#throttled.set(budget, this.#beat + 1);
  }

  onThrottled(listener: (budget: string) => void): void {
    this.#listeners.push(listener);
  }

  signWith(keys: SigningKeys): void {
    this.#keys = keys;
  }

  async living(): Promise<readonly string[]> {
    return [...(await this.#read()).keys(), this.#ground.instanceId];
  }

  async signers(): Promise<readonly SigningInstance[]> {
    const { instanceId: id } = this.#ground;
    // Whoever is dead is removed from there, and nobody sooner.
    const others = [...(await this.#read())].map(([other, { signsWith }]) => ({ id: other, signsWith }));
    return [...others, { id, signsWith: await this.#signsWith() }].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Announces this instance and looks for the others, then again and again. Throws RekeyError when it cannot. */
  async start(): Promise<void> {
    await this.#once();
    this.#loop ??= this.#goOn();
  }

  /** Takes its leave, so that the others need not wait for its death. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    const { stores, instanceId, log } = this.#ground;
    try {
      await stores.atomically([stores.settings.remove(HEARTBEATS + instanceId)]);
    } catch (error) {
      log.info('the other instances notice later that this one stopped', { error });
    }
  }

  async #goOn(): Promise<void> {
    const { clock, log, beatMs = BEAT_MS } = this.#ground;
    while (!this.#stopping.signal.aborted) {
      try {
        await clock.sleep(beatMs, this.#stopping.signal);
        await this.#once();
      } catch (error) {
        if (!this.#stopping.signal.aborted) log.warn('the heartbeat could not be written', { error });
      }
    }
  }

  async #once(): Promise<void> {
    const { stores, clock, log, instanceId } = this.#ground;
    const told = this.#beat + 1;
    for (const [budget, since] of this.#throttled) {
      if (told - since >= TOLD_FOR) this.#throttled.delete(budget);
    }
    for (const [use, { last }] of this.#using) {
      if (told - last > USED_FOR) this.#using.delete(use);
    }
    if (this.#beat > 0 && (await stores.settings.get(HEARTBEATS + instanceId)) === null) {
      log.warn('this instance stood still for so long that the others took it for dead', { instanceId });
    }
    const mine: Beat = {
      beat: told,
      throttled: Object.fromEntries(this.#throttled),
      signsWith: await this.#signsWith(),
      using: [...this.#using.keys()],
    };
    await stores.atomically([
      stores.settings.set(HEARTBEATS + instanceId, JSON.stringify(mine), clock.now()),
    ]);
    this.#beat = told;
    await this.#look();
  }

  async #signsWith(): Promise<Beat['signsWith']> {
    return this.#keys === null ? null : this.#keys();
  }

  /** Reads the others' heartbeats; those that were dead long enough are removed. */
  async #look(): Promise<void> {
    const { stores, log } = this.#ground;
    const before = this.instances;
    const seen = new Map<string, Seen>();
    const dead: string[] = [];
    for (const [id, now] of await this.#read()) {
      const last = this.#seen.get(id);
      const missed = last?.text === now.text ? last.missed + 1 : 0;
      seen.set(id, { ...now, missed });
      if (missed >= 2 * MISSED) dead.push(id);
      this.#hear(now, last);
    }
    this.#seen = seen;
    if (this.instances !== before) log.info('instances on this database', { instances: this.instances });
    if (dead.length > 0) await stores.atomically(dead.map((id) => stores.settings.remove(HEARTBEATS + id)));
  }

  /** What another was throttled for since it was looked at last; all of it when it was never. */
  #hear(now: Row, last: Seen | undefined): void {
    for (const [budget, since] of Object.entries(now.throttled)) {
      if (since <= (last?.throttled[budget] ?? 0)) continue;
      for (const listener of this.#listeners) listener(budget);
    }
  }

  async #read(): Promise<ReadonlyMap<string, Row>> {
    const { stores, instanceId } = this.#ground;
    const rows = await stores.settings.startingWith(HEARTBEATS);
    return new Map(
      rows
        .filter(({ key }) => key !== HEARTBEATS + instanceId)
        .map(({ key, value }) => [key.slice(HEARTBEATS.length), rowOf(value)]),
    );
  }
}

function isAlive({ missed }: Seen): boolean {
  return missed < MISSED;
}

function rowOf(text: string): Row {
  try {
    const { throttled, signsWith, using } = beat.parse(JSON.parse(text));
    return { text, throttled, signsWith, using: new Set(using) };
  } catch {
    // Written by another version: that it changes is all we need to know.
    return { text, throttled: {}, signsWith: null, using: new Set() };
  }
}
