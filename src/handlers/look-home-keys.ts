import { holds, type Actor } from '../domain/actor.ts';
import { accountFindings } from '../domain/assess-key.ts';
import type { Finding, FindingCode } from '../domain/finding.ts';
import type { OwnerRef } from '../domain/owner.ts';
import { ANY_KEY, type KeyRow } from '../ports/inventory.ts';
import { membersOf } from './group-members.ts';
import { lookAccounts, type AccountLook } from './look-keys.ts';
import type { Services } from './services.ts';

/** Rows Home shows of each list; the rest is in `/aws-keys`. */
const SHOWN = 3;
/** User groups whose membership Home asks for. */
const GROUPS = 10;

/** What Home says of keys; all of it bounded, since it is drawn often. */
export interface HomeKeys {
  readonly accounts: readonly AccountLook[];
  /** Keys this person owns that need somebody, most urgent first; and whether there are more. */
  readonly own: readonly KeyRow[];
  readonly moreOwn: boolean;
  /** Whether this person may list keys; an owner without a role has only what Home shows. */
  readonly mayList: boolean;
  /** For operators and up: the most urgent keys of all that need somebody. */
  readonly urgent: readonly KeyRow[];
  /** For operators and up: how many keys have each finding. */
  readonly found: ReadonlyMap<FindingCode, number>;
  /** For operators and up: what was found about whole accounts. */
  readonly ofAccounts: readonly { readonly account: AccountLook; readonly finding: Finding }[];
}

/** Reads what Home says of keys: a handful of rows and counts, however many keys there are. */
export async function lookHomeKeys(services: Services, actor: Actor): Promise<HomeKeys> {
  const { standings } = services.stores.inventory;
  const mayAct = holds(actor.roles, 'operator');
  const accounts = holds(actor.roles, 'viewer') ? await lookAccounts(services) : [];
  const own = await ownKeys(services, actor);
  const urgent = mayAct ? await standings.page(ANY_KEY, null, SHOWN) : [];
  return {
    accounts,
    own: own.slice(0, SHOWN),
    moreOwn: own.length > SHOWN,
    mayList: holds(actor.roles, 'viewer'),
    urgent: urgent.filter((row) => needsSomebody(row, services.clock.now())),
    found: mayAct ? await standings.countByFinding(null) : new Map(),
    ofAccounts: mayAct ? accounts.flatMap(findingsOf) : [],
  };
}

function findingsOf(account: AccountLook): { account: AccountLook; finding: Finding }[] {
  if (account.inventory === null) return [];
  return accountFindings(account.inventory).map((finding) => ({ account, finding }));
}

/** One more than is shown, so that it can be said that there are more. */
async function ownKeys(services: Services, actor: Actor): Promise<KeyRow[]> {
  const owners: OwnerRef[] = [
    { kind: 'user', userId: actor.userId },
    ...(await groupsOf(services, actor)).map((groupId) => ({ kind: 'group', groupId }) as const),
  ];
  const { standings } = services.stores.inventory;
  const found = await Promise.all(
    owners.map((owner) => standings.page({ ...ANY_KEY, owner }, null, SHOWN + 1)),
  );
  const rows = new Map(found.flat().map((row) => [row.key.accessKeyId, row]));
  return [...rows.values()]
    .filter((row) => needsSomebody(row, services.clock.now()))
    .toSorted((a, b) => (b.standing?.urgency ?? -1) - (a.standing?.urgency ?? -1))
    .slice(0, SHOWN + 1);
}

/** The groups with keys that this person is in; a group that cannot be asked for is left out. */
async function groupsOf(services: Services, actor: Actor): Promise<string[]> {
  const asked = await services.stores.inventory.standings.ownerGroups(GROUPS);
  const members = await Promise.all(asked.map((groupId) => membersOf(services, groupId, false)));
  return asked.filter((_, at) => members[at]?.includes(actor.userId) === true);
}

/** Something was found, and nobody said “not now”. */
function needsSomebody({ standing }: KeyRow, now: number): boolean {
  if (standing === null || standing.findings.length === 0) return false;
  return standing.snoozedUntil === null || standing.snoozedUntil <= now;
}
