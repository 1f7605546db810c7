import { WebClient } from '@slack/web-api';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openStores, type OpenStores } from '../../db/open.ts';
import { SlackStandIn } from '../../sandbox/slack/stand-in.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { AccountInventory, IamUser, InventoryKey } from '../../src/domain/inventory.ts';
import type { Services } from '../../src/handlers/services.ts';
import { boltLogger } from '../../src/log.ts';
import type { Clock } from '../../src/ports/world.ts';
import { emptyOutbox } from '../../src/slack/outbox.ts';
import { slackPeople } from '../../src/slack/people.ts';
import { slackPoster } from '../../src/slack/poster.ts';
import { proxyDispatcher, webClientOptions } from '../../src/slack/web-client.ts';
import { connection } from '../db/samples.ts';
import { ACCOUNT, NOW } from '../domain/key-samples.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { EngineName } from '../support/rekey.ts';
import { recordingLog } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const SCOPES = ['chat:write', 'users:read', 'usergroups:read', 'users:read.email'];
export const ADMIN = 'U0ADMIN';
/** How long a call of Slack may take here; ms of the machine. */
const CALL_MS = 10_000;
export const CHANNELS = { alerts: 'C0ALERTS', team: 'C0TEAM' } as const;

/** A clock that a test can put forward. */
interface TestClock extends Clock {
  forward(ms: number): void;
}

/** A clock that stands where a test puts it; whoever sleeps by it moves it on. */
export class SetClock implements TestClock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }

  set(now: number): void {
    this.#now = now;
  }

  forward(ms: number): void {
    this.#now += ms;
  }
}

/** What decides about keys, between a database and the stand-in for Slack, at a time that the test sets. */
export class KeysBench<C extends TestClock = SetClock> {
  readonly slack: SlackStandIn;
  readonly stores: OpenStores;
  readonly clock: C;
  readonly log = recordingLog();
  readonly services: Services;
  readonly #callMs: number;

  private constructor(slack: SlackStandIn, stores: OpenStores, clock: C, callMs: number) {
    this.#callMs = callMs;
    this.slack = slack;
    this.stores = stores;
    this.clock = clock;
    this.services = this.instance();
  }

  /** At {@link NOW}, by a clock that stands. */
  static async open(engine: EngineName = 'sqlite', scopes: readonly string[] = SCOPES): Promise<KeysBench> {
    return KeysBench.by(new SetClock(NOW), engine, scopes);
  }

  static async by<C extends TestClock>(
    clock: C,
    engine: EngineName,
    scopes: readonly string[],
    callMs: number = CALL_MS,
  ): Promise<KeysBench<C>> {
    const slack = await SlackStandIn.start({ clock, scopes });
    const url = engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : await freshDatabase();
    const stores = await openStores({ url, exclusive: false, clock, log: recordingLog() });
    slack.addPerson({ id: ADMIN, name: 'ada' });
    slack.addPerson({ id: 'U0OWNER', name: 'omar', email: 'omar@example.com' });
    slack.addChannel({ id: CHANNELS.alerts, name: 'alerts' });
    slack.addChannel({ id: CHANNELS.team, name: 'team' });
    return new KeysBench(slack, stores, clock, callMs);
  }

  /** Another instance on the same database: its memories are its own. */
  instance(): Services {
    const { clock, log, stores } = this;
    const options = { apiUrl: this.slack.url, logger: boltLogger(log), dispatcher: proxyDispatcher({}) };
    const web = new WebClient(this.slack.botToken, { ...webClientOptions(options), timeout: this.#callMs });
    const ids = createIds(clock);
    const services: Partial<Services> = {
      stores,
      clock,
      log,
      ids,
      sealer: createSealer(parseMasterKeys(randomBytes(32).toString('base64'))),
      people: slackPeople(web, clock),
      poster: slackPoster(web, log),
      jobs: silentJobs(),
      instanceId: ids.next(),
      onlyInstance: stores.engine === 'sqlite',
      teamId: this.slack.teamId,
      admins: [ADMIN],
      defaultAlertChannel: CHANNELS.alerts,
    };
    return services as Services;
  }

  async close(): Promise<void> {
    await this.stores.close();
    await this.slack.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A connection that may read the inventory, and the account as a sweep left it. */
  async connect(
    changes: Partial<Connection> = {},
    account: Partial<AccountInventory> = {},
  ): Promise<Connection> {
    const made = connection({
      id: 'c1',
      name: 'Production',
      accountId: ACCOUNT,
      alertChannel: CHANNELS.team,
      lastCheck: null,
      createdAt: NOW,
      ...changes,
    });
    const { accounts } = this.stores.inventory;
    const known = await accounts.byId(made.accountId);
    await this.stores.atomically([
      this.stores.connections.insert(made),
      ...(known === null ? [accounts.insert({ ...emptyAccount(made.accountId), ...account })] : []),
    ]);
    return made;
  }

  async keep(users: readonly IamUser[], keys: readonly InventoryKey[]): Promise<void> {
    const { inventory } = this.stores;
    await this.stores.atomically([inventory.users.put(users), inventory.keys.put(keys)]);
  }

  /** Delivers everything that waits, its waits skipped. */
  async deliver(): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      const { nextAt } = await emptyOutbox(this.services, new AbortController().signal);
      if ((await this.stores.notices.waiting()).count === 0) return;
      if (nextAt !== null) this.clock.forward(Math.max(0, nextAt - this.clock.now()));
    }
    throw new Error('The outbox does not come to rest');
  }

  /** The messages of a channel, or the direct messages of a person, in order. */
  messages(
    place: string,
  ): readonly { text: string; blocks: readonly unknown[]; threadTs: string | undefined }[] {
    const viewer = place.startsWith('U') ? place : ADMIN;
    const id = place.startsWith('U') ? this.slack.world.direct(place).id : place;
    const { channels } = this.slack.state(viewer);
    return (channels.find((channel) => channel.id === id)?.messages ?? []).map((each) => ({
      text: each.text,
      blocks: each.blocks,
      threadTs: each.threadTs,
    }));
  }
}

export function emptyAccount(accountId: string): AccountInventory {
  return {
    accountId,
    partition: 'aws',
    rootKeys: { known: true, value: 0, asOf: NOW },
    users: 0,
    keys: 0,
    fullAt: NOW,
    sweptAt: NOW,
    reportAt: null,
    gaps: [],
    running: null,
    trouble: null,
    version: 1,
  };
}

/** Jobs that nobody runs: the tests do the work themselves. */
function silentJobs(): Services['jobs'] {
  return {
    handle() {},
    enqueue: () => Promise.resolve(),
    every: () => Promise.resolve(),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    deadLetters: () => Promise.resolve([]),
    lastLook: () => null,
  };
}
