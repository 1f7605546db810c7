import type { Connection } from '../../domain/connection.ts';
import type { AccountWatch, RegionWatch } from '../../domain/watch.ts';
import { credentialsOf } from '../../handlers/connection-credentials.ts';
import type { Services } from '../../handlers/services.ts';
import type { AwsCredentials } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';

/** Longer than one page and one write take; each write holds the account for so long again. */
export const HOLD_MS = 3 * 60_000;

/**
 * An account this process watches. Every write moves its row on and fails as a `conflict` when somebody else did;
 * writes wait for each other, so that regions may be read side by side.
 */
export class Watching {
  readonly services: Services;
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /** Its events may not be looked up: what files bring is all there is. */
  readonly byFilesAlone: boolean;
  #account: AccountWatch;
  #writtenAt: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    services: Services,
    account: AccountWatch,
    connection: Connection,
    signal: AbortSignal,
    byFilesAlone = false,
  ) {
    this.services = services;
    this.byFilesAlone = byFilesAlone;
    this.connection = connection;
    this.signal = signal;
    this.#account = account;
    this.#writtenAt = services.clock.now();
  }

  get account(): AccountWatch {
    return this.#account;
  }

  region(name: string): RegionWatch | null {
    return this.#account.regions.find(({ region }) => region === name) ?? null;
  }

  /** Asked for each piece of work, since sessions end and credentials are replaced. */
  credentials(): Promise<AwsCredentials> {
    return credentialsOf(this.services, this.connection);
  }

  /** Runs one piece of work that writes, after those before it. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Writes the account as it is now, together with what belongs to it; inside a turn only. */
  async write(changes: Partial<AccountWatch>, writes: readonly Write[] = []): Promise<void> {
    const { stores, clock, instanceId } = this.services;
    const now = clock.now();
    const held = { heldBy: instanceId, heldUntil: now + HOLD_MS };
    const next = { ...this.#account, ...held, ...changes, version: this.#account.version + 1 };
    await stores.atomically([stores.watch.accounts.update(next), ...writes]);
    this.#account = next;
    this.#writtenAt = now;
  }

  /** Changes one region, together with what belongs to it; inside a turn only. */
  async writeRegion(
    region: RegionWatch,
    changes: Partial<AccountWatch> = {},
    writes: readonly Write[] = [],
  ): Promise<void> {
    const regions = this.#account.regions.map((each) => (each.region === region.region ? region : each));
    await this.write({ regions, ...changes }, writes);
  }

  /** Says that this process is still at it, when nothing was written for a while. */
  async stillHere(): Promise<void> {
    if (this.services.clock.now() - this.#writtenAt < HOLD_MS / 3) return;
    await this.inTurn(() => this.write({}));
  }

  /** Lets go, so that whoever comes next need not wait. */
  async release(): Promise<void> {
    await this.inTurn(() => this.write({ heldBy: null, heldUntil: this.services.clock.now() }));
  }
}
