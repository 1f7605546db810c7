import type { Connection } from '../../domain/connection.ts';
import type { AccountInventory, KeyEvent, RunningSweep } from '../../domain/inventory.ts';
import { RekeyError } from '../../errors.ts';
import { credentialsOf } from '../../handlers/connection-credentials.ts';
import { actingConnection } from '../../handlers/key-policy.ts';
import type { Services } from '../../handlers/services.ts';
import { withGap } from '../../inventory/gaps.ts';
import type { FoundGap } from '../../inventory/gaps.ts';
import type { KeyHappening } from '../../inventory/keys.ts';
import type { AwsCredentials, Iam } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';

/** Longer than the slowest batch takes between two writes; each write holds the sweep for so long again. */
export const HOLD_MS = 5 * 60_000;

/** Why a sweep cannot go on, in words; what was done so far stays. */
export class SweepStopped extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'SweepStopped';
  }
}

/** A sweep this process holds: each write moves the account's row on, and fails as a `conflict` when another did. */
export class Sweep {
  readonly services: Services;
  readonly signal: AbortSignal;
  #account: AccountInventory;
  #running: RunningSweep;
  #connection: Connection;
  #iam: { readonly of: string; readonly iam: Iam } | null = null;

  constructor(
    services: Services,
    account: AccountInventory,
    running: RunningSweep,
    connection: Connection,
    signal: AbortSignal,
  ) {
    this.services = services;
    this.#account = account;
    this.#running = running;
    this.#connection = connection;
    this.signal = signal;
  }

  get account(): AccountInventory {
    return this.#account;
  }

  get running(): RunningSweep {
    return this.#running;
  }

  /** The connection that signed last. */
  get connection(): Connection {
    return this.#connection;
  }

  /**
   * IAM, signed by the connection that acts for the account at this moment.
   * @throws SweepStopped when none may, or its secret cannot be had; AwsFailure when its role cannot be assumed.
   */
  async iam(): Promise<Iam> {
    const connection = await actingConnection(this.services, this.#account.accountId, 'inventory');
    if (connection === null)
      throw new SweepStopped('No connection of this account may read its users any more.');
    this.#connection = connection;
    const credentials = await this.#credentials(connection);
    const signer = credentials.kind === 'host' ? 'host' : credentials.accessKeyId;
    const of = `${connection.id} ${connection.version} ${signer}`;
    if (this.#iam?.of !== of) {
      const use = { accountId: connection.accountId, urgency: 'background' } as const;
      this.#iam = { of, iam: this.services.aws.iam(credentials, connection.partition, use) };
    }
    return this.#iam.iam;
  }

  async #credentials(connection: Connection): Promise<AwsCredentials> {
    try {
      return await credentialsOf(this.services, connection);
    } catch (error) {
      // A secret that is missing or does not open: trouble that trying again at once does not mend.
      if (error instanceof RekeyError && error.code !== 'unreachable') throw new SweepStopped(error.message);
      throw error;
    }
  }

  /** Remembers what could not be read; kept with the next write. */
  note(gap: FoundGap): void {
    const gaps = withGap(this.#running.gaps, this.#account.gaps, gap, this.services.clock.now());
    this.#running = { ...this.#running, gaps };
  }

  /** Writes, together with how far the sweep is. */
  async save(
    writes: readonly Write[],
    progress: Partial<RunningSweep> = {},
    facts: Partial<AccountInventory> = {},
  ): Promise<void> {
    const { clock, instanceId } = this.services;
    const held = { heldBy: instanceId, heldUntil: clock.now() + HOLD_MS };
    await this.#write(writes, { ...this.#running, ...held, ...progress }, facts);
  }

  /** Lets go: it may be taken up again from `heldUntil` on. */
  async release(heldUntil: number, facts: Partial<AccountInventory> = {}): Promise<void> {
    await this.#write([], { ...this.#running, heldBy: null, heldUntil }, facts);
  }

  /** The last write of a sweep that has read everything. */
  async end(facts: Partial<AccountInventory>): Promise<void> {
    await this.#write([], null, facts);
  }

  /** The write of some lines of history. */
  history(happenings: readonly KeyHappening[]): Write[] {
    if (happenings.length === 0) return [];
    const { ids, stores } = this.services;
    const events = happenings.map((line): KeyEvent => ({ id: ids.next(), ...line }));
    return [stores.inventory.keyHistory.add(this.#account.accountId, events)];
  }

  async #write(
    writes: readonly Write[],
    running: RunningSweep | null,
    facts: Partial<AccountInventory>,
  ): Promise<void> {
    const { stores } = this.services;
    const next = { ...this.#account, ...facts, running, version: this.#account.version + 1 };
    await stores.atomically([stores.inventory.accounts.update(next), ...writes]);
    this.#account = next;
    if (running !== null) this.#running = running;
  }
}
