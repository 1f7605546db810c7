import { isOver, type Containment } from '../../domain/containment.ts';
import { isConflict } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import { HOST_TURN, TURN_LEASE_MS, type Containing } from './containing.ts';
import { newLease, takePromised } from './promised-turn.ts';
import { recordsOf, type Cards } from './record.ts';

/** How often an outcome is written to the row as it is by then: people write, too. */
const OUTCOME_TRIES = 8;

/** What was written no longer ago is how it stands: asking again would take as long as others would need to write; ms. */
const JUST_WRITTEN_MS = 250;

/** The row of a containment, leased for one turn: each write is a compare-and-swap, and renews the lease. */
export class TurnRow {
  readonly #services: Containing;
  readonly #token: string;
  #now: Containment;
  /** Its messages show how it stood before the last write. */
  #cardsDue = false;
  /** When the write that shows how it stands was begun. */
  #writtenAt = -Infinity;
  /** What sends on their way the messages that were written. */
  readonly #toTell: (() => Promise<void>)[] = [];

  private constructor(services: Containing, token: string, row: Containment) {
    this.#services = services;
    this.#token = token;
    this.#now = row;
  }

  /** Takes the row for a turn; null when it is over or somebody else's, or was overtaken. */
  static async take(services: Containing, id: string): Promise<TurnRow | null> {
    const { stores } = services;
    const promised = takePromised(services, id);
    if (promised !== null) return new TurnRow(services, promised.leaseOwner, promised);
    const row = await stores.containments.byId(id);
    if (row === null || isOver(row.state) || row.nextAt === null) return null;
    if (!isFree(services, row)) return null;
    const lease = newLease(services);
    const taken = { ...row, ...lease, version: row.version + 1 };
    if (!(await writeIfUnchanged(services, [stores.containments.update(taken)]))) return null;
    return new TurnRow(services, lease.leaseOwner, taken);
  }

  /** As it was written last. */
  get now(): Containment {
    return this.#now;
  }

  /** Sends the messages that were written on their way. */
  async tell(): Promise<void> {
    for (const tell of this.#toTell.splice(0)) await tell();
  }

  /** Lets others have it. */
  async release(): Promise<void> {
    await this.onNewest((row) => row, []);
  }

  /** The row as it is by now, whoever wrote it. */
  async newest(): Promise<Containment | null> {
    return this.#services.stores.containments.byId(this.#now.id);
  }

  /**
   * Whether somebody wrote since, or may do by now: asked right before a change. A process that stood still may be
   * overtaken, whatever it read before.
   */
  async isOvertaken(): Promise<boolean> {
    const { clock } = this.#services;
    const age = clock.now() - this.#writtenAt;
    if (age >= 0 && age < JUST_WRITTEN_MS) return false;
    const newest = await this.newest();
    return clock.now() >= this.#now.leaseUntil || newest?.version !== this.#now.version;
  }

  /** Writes the next row, with what people and the audit log are told. False when somebody wrote first. */
  async save(
    next: Containment,
    writes: readonly Write[] = [],
    cards: Cards = this.#cardsDue ? 'due' : 'now',
  ): Promise<boolean> {
    const { stores, clock } = this.#services;
    const before = this.#now;
    const now = clock.now();
    const row: Containment = {
      ...next,
      leaseOwner: this.#token,
      leaseUntil: now + TURN_LEASE_MS,
      updatedAt: now,
      version: before.version + 1,
    };
    const records = await recordsOf(this.#services, before, row, cards);
    try {
      await stores.atomically([stores.containments.update(row), ...writes, ...records.writes]);
    } catch (error) {
      // In `finding` a conflict may be that of the user, which the caller tells apart.
      if (!isConflict(error) || before.state === 'finding') throw error;
      return false;
    }
    this.#now = row;
    this.#writtenAt = now;
    this.#cardsDue = cards === 'later';
    this.#toTell.push(records.written);
    return true;
  }

  /** Changes the row whatever it is by now, since what AWS was told has happened. True when nobody else had written. */
  async onNewest(
    change: (row: Containment) => Containment,
    writes: readonly Write[],
    keep = false,
  ): Promise<boolean> {
    const { stores, clock } = this.#services;
    for (let tries = 1; ; tries += 1) {
      const newest = await this.newest();
      if (newest === null) return false;
      const mine = newest.version === this.#now.version;
      const holds = keep && mine;
      const row: Containment = {
        ...change(newest),
        leaseOwner: holds ? this.#token : newest.leaseOwner === this.#token ? null : newest.leaseOwner,
        leaseUntil: holds
          ? clock.now() + TURN_LEASE_MS
          : newest.leaseOwner === this.#token
            ? 0
            : newest.leaseUntil,
        version: newest.version + 1,
      };
      try {
        await stores.atomically([stores.containments.update(row), ...writes]);
        this.#now = row;
        return mine;
      } catch (error) {
        if (!isConflict(error) || tries === OUTCOME_TRIES) throw error;
      }
    }
  }
}

/** On SQLite the leases of earlier bots are void; those of the command line are not. */
function isFree(services: Containing, { leaseOwner, leaseUntil }: Containment): boolean {
  const now = services.clock.now();
  if (leaseOwner === null || leaseUntil <= now || leaseUntil > now + 2 * TURN_LEASE_MS) return true;
  const [owner = ''] = leaseOwner.split('/');
  return services.onlyInstance && owner !== services.instanceId && !owner.startsWith(HOST_TURN);
}
