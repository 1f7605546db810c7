import type { Known } from '../../domain/known.ts';
import type { IamUser, InventoryKey } from '../../domain/inventory.ts';
import type { KeyPolicy } from '../../domain/key-policy.ts';
import { policyFor } from '../../domain/key-policy.ts';
import type { Rotation } from '../../domain/rotation.ts';
import {
  scheduled,
  type RotationSchedule,
  type Scheduled,
  type ScheduledFacts,
} from '../../domain/rotation-schedule.ts';
import { boundDestinations } from '../destinations/bound.ts';
import { policyOfAccount } from '../key-policy.ts';
import { keysOfUsers } from '../keys-of-users.ts';
import type { Services } from '../services.ts';

/** Users whose keys are read at a time. */
const USERS_AT_A_TIME = 500;
const ROTATIONS_AT_A_TIME = 200;

/** A key with what the schedule says of it. */
export interface ScheduledKey {
  readonly key: InventoryKey;
  readonly verdict: Scheduled;
}

/** What holds for all keys of an account. */
interface OfAccount {
  readonly policy: KeyPolicy;
  /** When the rotation of a key was last taken back, by access key id; ms. */
  readonly takenBack: ReadonlyMap<string, number>;
  /** The keys Rekey itself signs with. */
  readonly own: ReadonlySet<string>;
}

/** Whose rights are not looked at: whether a second person has approved is asked of AWS's word when one begins. */
const NOT_ASKED: Known<boolean> = { known: true, value: false, asOf: 0 };

/**
 * What a schedule says of every key of an account, a few hundred users at a time, from what is kept: nothing is asked of
 * AWS.
 */
export async function* scheduledKeys(
  services: Pick<Services, 'stores' | 'clock'>,
  accountId: string,
  schedule: RotationSchedule,
): AsyncGenerator<readonly ScheduledKey[]> {
  const { connections, inventory } = services.stores;
  const ofAccount: OfAccount = {
    policy: await policyOfAccount(services, accountId),
    takenBack: await takenBackIn(services, accountId),
    own: new Set((await connections.list()).flatMap(({ accessKeyId }) => accessKeyId ?? [])),
  };
  let after: string | null = null;
  for (;;) {
    const page: IamUser[] = await inventory.users.page(accountId, after, USERS_AT_A_TIME);
    const facts = await factsOf(services, accountId, page, ofAccount);
    const answers: ScheduledKey[] = [];
    for (const each of facts) answers.push(await answered(services, each, schedule));
    yield answers;
    const last = page.at(-1);
    if (last === undefined || page.length < USERS_AT_A_TIME) return;
    after = last.userId;
  }
}

/** Those it takes, the one that has been due the longest first. */
export async function scheduledHits(
  services: Pick<Services, 'stores' | 'clock'>,
  accountId: string,
  schedule: RotationSchedule,
): Promise<InventoryKey[]> {
  const hits: { readonly key: InventoryKey; readonly dueAt: number }[] = [];
  for await (const keys of scheduledKeys(services, accountId, schedule)) {
    for (const { key, verdict } of keys) if (verdict.hit) hits.push({ key, dueAt: verdict.dueAt });
  }
  return hits.toSorted((a, b) => a.dueAt - b.dueAt).map(({ key }) => key);
}

/** When somebody took the rotation of a key back, by access key id: what a person undid is not begun anew by itself. */
async function takenBackIn(
  { stores }: Pick<Services, 'stores'>,
  accountId: string,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const filter = { state: 'undone', accountId, open: null } as const;
  let after: string | null = null;
  for (;;) {
    const page: Rotation[] = await stores.rotation.rotations.page(filter, after, ROTATIONS_AT_A_TIME);
    for (const { oldKeyId, endedAt, stateAt } of page) {
      found.set(oldKeyId, Math.max(found.get(oldKeyId) ?? 0, endedAt ?? stateAt));
    }
    after = page.at(-1)?.id ?? null;
    if (page.length < ROTATIONS_AT_A_TIME) return found;
  }
}

async function factsOf(
  services: Pick<Services, 'stores'>,
  accountId: string,
  users: readonly IamUser[],
  { policy, takenBack, own }: OfAccount,
): Promise<ScheduledFacts[]> {
  const found = await keysOfUsers(services, accountId, users);
  const ids = found.map(({ key }) => key.accessKeyId);
  const kept = await services.stores.inventory.standings.ofKeys(ids);
  const standings = new Map(kept.map((each) => [each.accessKeyId, each]));
  return found.map((each) => {
    const { accessKeyId } = each.key;
    return {
      ...each,
      standing: standings.get(accessKeyId) ?? null,
      policy: policyFor(policy, each.choices?.policy ?? null),
      underWay: false,
      takenBackAt: takenBack.get(accessKeyId) ?? null,
      places: { count: 1, refusal: null },
      own: own.has(accessKeyId),
    };
  });
}

/** Places and open rotations are read only for a key that nothing else spares. */
async function answered(
  services: Pick<Services, 'stores' | 'clock'>,
  facts: ScheduledFacts,
  schedule: RotationSchedule,
): Promise<ScheduledKey> {
  const { key } = facts;
  const now = services.clock.now();
  const first = scheduled(facts, schedule, now);
  if (!first.hit) return { key, verdict: first };
  const open = await services.stores.rotation.rotations.openOfUser(key.accountId, key.userId);
  const bound = await boundDestinations(services, key, NOT_ASKED);
  const refused = bound.find(({ refusal }) => refusal !== null);
  const places = {
    count: bound.length,
    refusal: refused === undefined ? null : `${refused.destination.name}: ${refused.refusal ?? ''}`,
  };
  return { key, verdict: scheduled({ ...facts, underWay: open.length > 0, places }, schedule, now) };
}
