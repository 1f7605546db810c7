import { onTestFinished } from 'vitest';
import { call, type ExampleCall } from '../../src/detections/example.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { AccountWatch, RegionWatch } from '../../src/domain/watch.ts';
import type { Services } from '../../src/handlers/services.ts';
import { watchAccount } from '../../src/pollers/watch.ts';
import { goRounds } from '../../src/pollers/watch-jobs.ts';
import { InventoryWorld, PATIENT } from './world.ts';

export const CHANNEL = 'C0ALERTS';
export const KEY = 'AKIAIOSFODNN7EXAMPLE';

/** A world whose account is connected and may be watched, for as long as the test runs. */
export async function openWatched(engine: 'sqlite' | 'postgres' = 'sqlite'): Promise<InventoryWorld> {
  const world = await InventoryWorld.open({ engine, capabilities: ['verify', 'inventory', 'watch'] });
  onTestFinished(() => world[Symbol.asyncDispose]());
  await world.connect();
  return world;
}
const MINUTE = 60_000;

export interface Happening extends ExampleCall {
  /** Before now. */
  readonly minutesAgo?: number;
  /** How long it takes to appear; minutes. */
  readonly delay?: number;
  /** What stands in the place of the record. */
  readonly text?: string;
}

/** Something that happened in the account; the record. */
export function happen(world: InventoryWorld, action: string, what: Happening = {}): Record<string, unknown> {
  const { minutesAgo = 10, delay = 0, region = 'us-east-1', text, ...example } = what;
  const at = Math.floor((world.clock.now() - minutesAgo * MINUTE) / 1_000) * 1_000;
  const base = call(action, { ...example, region });
  const eventID = world.standIn.world.ids.requestId();
  const record = {
    ...base,
    eventTime: new Date(at).toISOString().replace('.000Z', 'Z'),
    eventID,
    userIdentity: own(base['userIdentity'], world.accountId),
    recipientAccountId: world.accountId,
  };
  const keyId = (record.userIdentity as Record<string, unknown>)['accessKeyId'];
  world.account.in(region).history.add({
    eventId: eventID,
    at,
    visibleAt: at + delay * MINUTE,
    name: String(base['eventName']),
    source: String(base['eventSource']),
    userName: 'alice',
    accessKeyId: typeof keyId === 'string' ? keyId : '',
    readOnly: false,
    resources: [],
    // The stand-in writes JSON; a text that is none comes out as a text.
    record: text === undefined ? record : (text as unknown as Record<string, unknown>),
  });
  return record;
}

/** The same identity in this account. */
function own(identity: unknown, accountId: string): unknown {
  return JSON.parse(JSON.stringify(identity).replaceAll('111122223333', accountId));
}

/** Days of ordinary work of the key of the examples, every hour. */
export function ordinaryDays(world: InventoryWorld, days: number): void {
  for (let hour = 26; hour < days * 24; hour += 4) {
    for (const action of ['s3:ListBuckets', 'sqs:ListQueues', 'logs:DescribeLogGroups']) {
      happen(world, action, {
        minutesAgo: hour * 60,
        agent: 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux',
      });
    }
  }
}

export function servicesFor(world: InventoryWorld, changes: Partial<Services> = {}): Services {
  return { ...world.services, defaultAlertChannel: CHANNEL, ...changes };
}

/** Reads until nothing is due, as the jobs would. */
export async function watch(world: InventoryWorld, services: Services = servicesFor(world)): Promise<void> {
  for (let run = 0; run < 50; run += 1) {
    world.jobs.enqueued.length = 0;
    await goRounds(services, PATIENT);
    const due = world.jobs.enqueued.filter(({ name }) => name === 'watch');
    if (due.length === 0) return;
    for (const { key } of due) await watchAccount(services, key, PATIENT);
  }
  throw new Error('It is never done');
}

export async function watched(world: InventoryWorld): Promise<AccountWatch> {
  const account = await world.stores.watch.accounts.byId(world.accountId);
  if (account === null) throw new Error('The account is not watched');
  return account;
}

export async function region(world: InventoryWorld, name = 'us-east-1'): Promise<RegionWatch> {
  const found = (await watched(world)).regions.find((each) => each.region === name);
  if (found === undefined) throw new Error(`${name} is not watched`);
  return found;
}

/** The rules of all signals in incidents, by subject. */
export async function found(world: InventoryWorld): Promise<Record<string, string[]>> {
  const { incidents, signals } = world.stores.watch;
  const all: Record<string, string[]> = {};
  for (const { id, subject } of await incidents.page(ANY, null, 100)) {
    const kept = await signals.ofIncident(id, 200);
    all[subject] = [...(all[subject] ?? []), ...kept.map(({ signal }) => signal.rule)].sort();
  }
  return all;
}

const ANY = { open: null, least: null, accountId: null, text: null };

/** What waits to be told: messages of their own, and those in threads and edits. */
export async function told(world: InventoryWorld): Promise<{ heads: Notice[]; all: Notice[] }> {
  const all = new Map<string, Notice>();
  // Whatever is ready is set aside, so that what waits behind it comes out too.
  for (;;) {
    const ready = await world.stores.notices.ready(world.clock.now() + 1, 100);
    if (ready.length === 0) break;
    for (const notice of ready) {
      all.set(notice.id, notice);
      const message = { channelId: CHANNEL, ts: `${all.size}.0` };
      await world.stores.atomically([world.stores.notices.posted(notice.id, world.clock.now(), message)]);
    }
  }
  const list = [...all.values()];
  return { heads: list.filter(({ edits, threadOf }) => edits === null && threadOf === null), all: list };
}
