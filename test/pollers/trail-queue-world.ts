import type { StoredBucket } from '../../sandbox/aws/accounts/bucket.ts';
import type { QueueSettings, StoredQueue } from '../../sandbox/aws/accounts/queue.ts';
import type { AnnouncedBy, Trail } from '../../sandbox/aws/s3/trail.ts';
import type { Account } from '../../sandbox/aws/world.ts';
import { call, type ExampleCall } from '../../src/detections/example.ts';
import type { CapabilityAnswer } from '../../src/domain/verification.ts';
import type { TrailQueue } from '../../src/domain/trail-queue.ts';
import type { Services } from '../../src/handlers/services.ts';
import { goTrailRounds } from '../../src/pollers/trail-queue-jobs.ts';
import { hearQueue } from '../../src/pollers/trail-queue/hear.ts';
import { goRounds } from '../../src/pollers/watch-jobs.ts';
import { watchAccount } from '../../src/pollers/watch.ts';
import { trailQueue } from '../db/trail-samples.ts';
import { userWith } from '../verification/bench.ts';
import { servicesFor } from './watch-world.ts';
import { InventoryWorld, PATIENT, type InventoryWorldOptions } from './world.ts';

export const BUCKET = 'acme-trail';
export const QUEUE = 'trail-events';
export const MINUTE = 60_000;
const REGIONS: ReadonlySet<string> = new Set(['us-east-1', 'eu-west-1']);

export interface QueueWorldOptions extends InventoryWorldOptions {
  readonly announcedBy?: AnnouncedBy;
  readonly settings?: QueueSettings;
  readonly kmsKeyArn?: string;
  readonly region?: string;
  readonly bucketRegion?: string;
  /** What its last check said of each capability; yes. */
  readonly answer?: CapabilityAnswer;
  /** How late files come; ms. */
  readonly delayMs?: number;
}

/** An account that is watched, and the queue of its trail, read under exactly the policies that are printed. */
export interface QueueWorld {
  readonly world: InventoryWorld;
  readonly queue: StoredQueue;
  readonly bucket: StoredBucket;
  readonly trail: Trail;
  /** Another account of the organisation that is not connected. */
  readonly stranger: Account;
  readonly connectionId: string;
}

export async function openQueueWorld(options: QueueWorldOptions = {}): Promise<QueueWorld> {
  const world = await InventoryWorld.open({ capabilities: ['verify', 'inventory', 'watch'], ...options });
  const { account, standIn } = world;
  const cloud = standIn.world;
  cloud.longestPollMs = 0;
  // Two regions are as good as twenty, and sooner read.
  for (const name of account.regions) if (!REGIONS.has(name)) account.regions.delete(name);
  const { region = 'us-east-1', bucketRegion = region, kmsKeyArn = null } = options;
  const queue = cloud.addQueue(account, region, QUEUE, options.settings);
  const bucket = cloud.addBucket(account, BUCKET, { region: bucketRegion, kmsKeyArn });
  const stranger = cloud.addAccount();
  const trail = cloud.addTrail({
    bucket,
    queue,
    accounts: [account, stranger],
    ...(options.announcedBy === undefined ? {} : { announcedBy: options.announcedBy }),
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
  });
  const signer = userWith(account, ['verify', 'inventory', 'watch'], 'queue-reader', {
    eventQueueArn: queue.arn,
    eventBucket: BUCKET,
    ...(kmsKeyArn === null ? {} : { eventFilesKeyArn: kmsKeyArn }),
  });
  const { answer = { answer: 'yes' } } = options;
  const connection = await world.connect({ signer, answer });
  return { world, queue, bucket, trail, stranger, connectionId: connection.id };
}

/** Sets the queue, as the settings do after their check. */
export async function setQueue(
  { world, connectionId, queue }: QueueWorld,
  changes: Partial<TrailQueue> = {},
): Promise<TrailQueue> {
  const [, , , region = '', accountId = ''] = queue.arn.split(':');
  const set = trailQueue({
    id: world.services.ids.next(),
    connectionId,
    region,
    accountId,
    name: queue.name,
    bucket: BUCKET,
    setAt: world.clock.now(),
    ...changes,
  });
  await world.stores.atomically([world.stores.watch.queues.insert(set)]);
  return set;
}

/** Listens and reads until nothing is due, as the jobs would. */
export async function listen(world: InventoryWorld, services: Services = servicesFor(world)): Promise<void> {
  for (let run = 0; run < 50; run += 1) {
    world.jobs.enqueued.length = 0;
    for (const { id } of await world.stores.watch.queues.list()) await hearQueue(services, id, PATIENT);
    await goTrailRounds(services);
    await goRounds(services, PATIENT);
    const due = new Set(world.jobs.enqueued.filter(({ name }) => name === 'watch').map(({ key }) => key));
    if (due.size === 0) return;
    for (const key of due) await watchAccount(services, key, PATIENT);
  }
  throw new Error('It is never done');
}

/** Lets time pass in steps of a round, listening all the while. */
export async function passing(world: InventoryWorld, ms: number, services?: Services): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * MINUTE) {
    world.forward(5 * MINUTE);
    await listen(world, services);
  }
}

/** A record of something that happened `minutesAgo` in an account. */
export function recordOf(
  { world }: Pick<QueueWorld, 'world'>,
  action: string,
  what: ExampleCall & { readonly minutesAgo?: number; readonly accountId?: string } = {},
): Record<string, unknown> {
  const { minutesAgo = 6, accountId = world.accountId, ...example } = what;
  const at = Math.floor((world.clock.now() - minutesAgo * MINUTE) / 1_000) * 1_000;
  const base = JSON.parse(
    JSON.stringify(call(action, example)).replaceAll('111122223333', accountId),
  ) as object;
  return {
    ...base,
    eventTime: new Date(at).toISOString().replace('.000Z', 'Z'),
    eventID: world.standIn.world.ids.requestId(),
    recipientAccountId: accountId,
  };
}

export async function kept(world: InventoryWorld): Promise<TrailQueue> {
  const [queue] = await world.stores.watch.queues.list();
  if (queue === undefined) throw new Error('No queue is set');
  return queue;
}
