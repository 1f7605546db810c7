import type { Actor } from '../../domain/actor.ts';
import type { Connection } from '../../domain/connection.ts';
import type { TrailFile, TrailQueue } from '../../domain/trail-queue.ts';
import { isByFilesAlone } from '../../domain/watch.ts';
import type { FilesLeft } from '../../ports/trail-queue.ts';
import { authorise } from '../authorise.ts';
import { lookAccounts, namesOf } from '../look-keys.ts';
import type { Services } from '../services.ts';
import { queueAt } from './keep.ts';

/** What of an account's regions a queue brings. */
export interface FedAccount {
  readonly name: string;
  /** Regions whose events come by file alone, and those that are looked up, too. */
  readonly leads: number;
  readonly both: number;
}

/** A queue, and how it stands. */
export interface QueueLook {
  readonly queue: TrailQueue;
  /** Null: it is gone. */
  readonly connection: Connection | null;
  readonly left: FilesLeft;
  readonly accounts: readonly FedAccount[];
}

/** What was set aside, shown at a time. */
const SHOWN_ASIDE = 10;

export async function lookQueues(services: Services, actor: Actor): Promise<QueueLook[]> {
  authorise(actor, 'admin', 'see trail queues', services.admins);
  const queues = await services.stores.watch.queues.list();
  const fed = await fedBy(services);
  return Promise.all(queues.map((queue) => lookOf(services, queue, fed)));
}

export async function lookQueue(
  services: Services,
  actor: Actor,
  id: string,
): Promise<QueueLook & { readonly aside: readonly TrailFile[] }> {
  authorise(actor, 'admin', 'see trail queues', services.admins);
  const queue = await queueAt(services, id, null);
  const aside = await services.stores.watch.files.aside(id, SHOWN_ASIDE);
  const fed = await fedBy(services);
  return { ...(await lookOf(services, queue, fed)), aside };
}

async function lookOf(
  { stores, clock }: Services,
  queue: TrailQueue,
  fed: (queueId: string) => readonly FedAccount[],
): Promise<QueueLook> {
  const [connection, left] = await Promise.all([
    stores.connections.byId(queue.connectionId),
    stores.watch.files.left(queue.id, clock.now()),
  ]);
  return { queue, connection, left, accounts: fed(queue.id) };
}

/** Which accounts each queue feeds, out of one look at all of them. */
async function fedBy(services: Services): Promise<(queueId: string) => readonly FedAccount[]> {
  const [watched, accounts] = await Promise.all([
    services.stores.watch.accounts.list(),
    lookAccounts(services),
  ]);
  const names = namesOf(accounts);
  return (queueId) =>
    watched.flatMap(({ accountId, regions, trouble }): readonly FedAccount[] => {
      const feeds = regions.flatMap(({ feed }) => (feed?.queueId === queueId ? [feed] : []));
      const isAlone = trouble !== null && isByFilesAlone(trouble);
      const leads = feeds.filter((feed) => feed.leads || isAlone).length;
      const name = names.get(accountId) ?? accountId;
      return feeds.length === 0 ? [] : [{ name, leads, both: feeds.length - leads }];
    });
}
