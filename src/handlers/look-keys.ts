import type { Actor } from '../domain/actor.ts';
import type { Connection } from '../domain/connection.ts';
import type { AccountInventory } from '../domain/inventory.ts';
import type { KeyQuery } from '../domain/key-query.ts';
import { DAY_MS } from '../domain/time-words.ts';
import { ANY_KEY, type KeyFilter, type KeyPlace, type KeyRow } from '../ports/inventory.ts';
import { authorise } from './authorise.ts';
import type { Services } from './services.ts';

/** Rows of one message: with the longest names they stay inside what Slack takes in all blocks. */
export const KEYS_PAGE = 8;

/** Where a page begins: after a row, before one, or (null) at the most urgent key. */
export type KeysFrom = { readonly after: KeyPlace } | { readonly before: KeyPlace } | null;

/** A page that was asked for, with its number from 1 on as it was when its button was drawn. */
export interface KeysPlace {
  readonly from: KeysFrom;
  readonly page: number;
}

export const FIRST_PAGE: KeysPlace = { from: null, page: 1 };

/** What is known of one account as a whole, and what it is called. */
export interface AccountLook {
  readonly accountId: string;
  readonly name: string;
  /** False: nothing connects to it any more, and what is shown stays as it was. */
  readonly connected: boolean;
  /** Null until a first sweep began. */
  readonly inventory: AccountInventory | null;
}

/** One page of the list of keys. */
export interface KeysLook {
  readonly query: KeyQuery;
  readonly rows: readonly KeyRow[];
  readonly place: KeysPlace;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** How many keys the query takes, and how many there are. */
  readonly total: number;
  readonly all: number;
  /** The accounts the query is about. */
  readonly accounts: readonly AccountLook[];
  readonly names: ReadonlyMap<string, string>;
  readonly roles: Actor['roles'];
  readonly now: number;
}

/** Reads a page of keys, most urgent first; no more rows than it shows, and counts. Viewers may. */
export async function lookKeys(
  services: Services,
  actor: Actor,
  query: KeyQuery,
  place: KeysPlace = FIRST_PAGE,
): Promise<KeysLook> {
  authorise(actor, 'viewer', 'look at access keys', services.admins);
  const { standings } = services.stores.inventory;
  const now = services.clock.now();
  const filter = filterOf(query, now);
  const backwards = place.from !== null && 'before' in place.from;
  const found = await standings.page(filter, place.from, KEYS_PAGE + 1);
  const more = found.length > KEYS_PAGE;
  // Fewer than a page in front of a place is the first page, from its beginning.
  if (backwards && !more && found.length < KEYS_PAGE) return lookKeys(services, actor, query);
  const accounts = await lookAccounts(services);
  return {
    query,
    rows: backwards ? found.slice(-KEYS_PAGE) : found.slice(0, KEYS_PAGE),
    place,
    hasPrevious: backwards ? more : place.from !== null,
    hasNext: backwards || more,
    total: await standings.count(filter),
    all: await standings.count({ ...ANY_KEY, accountId: query.accountId }),
    accounts: accounts.filter(({ accountId }) => query.accountId === null || accountId === query.accountId),
    names: namesOf(accounts),
    roles: actor.roles,
    now,
  };
}

/** The query as the stores take it, at this moment. */
export function filterOf(query: KeyQuery, now: number): KeyFilter {
  const { accountId, userName, owner, status, olderDays, findings, snoozed, accessKeyId } = query;
  return {
    accountId,
    userName,
    owner,
    status,
    createdBefore: olderDays === null ? null : now - olderDays * DAY_MS,
    findings,
    snoozed: snoozed ? true : null,
    accessKeyId,
  };
}

/** Every account that is connected or known, by name; two reads. */
export async function lookAccounts({ stores }: Pick<Services, 'stores'>): Promise<AccountLook[]> {
  const connections = await stores.connections.list();
  const inventories = await stores.inventory.accounts.list();
  const known = new Map(inventories.map((inventory) => [inventory.accountId, inventory]));
  const ids = new Set([...connections.map(({ accountId }) => accountId), ...known.keys()]);
  return [...ids]
    .map((accountId): AccountLook => {
      const here = connections.filter((connection) => connection.accountId === accountId);
      return {
        accountId,
        name: nameOf(here, accountId),
        connected: here.length > 0,
        inventory: known.get(accountId) ?? null,
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What accounts are called, by account id. */
export function namesOf(accounts: readonly AccountLook[]): ReadonlyMap<string, string> {
  return new Map(accounts.map(({ accountId, name }) => [accountId, name]));
}

/** What an account is called, or its id; one read. */
export async function accountNameOf(
  { stores }: Pick<Services, 'stores'>,
  accountId: string,
): Promise<string> {
  const connections = await stores.connections.list();
  return nameOf(
    connections.filter((connection) => connection.accountId === accountId),
    accountId,
  );
}

/** The oldest connection's name stands for its account. */
function nameOf(connections: readonly Connection[], accountId: string): string {
  const [oldest] = connections.toSorted((a, b) => a.createdAt - b.createdAt);
  return oldest?.name ?? accountId;
}
