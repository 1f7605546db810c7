import type { Actor } from '../domain/actor.ts';
import { assessKey } from '../domain/assess-key.ts';
import type { FindingCode } from '../domain/finding.ts';
import type { InventoryKey, IamUser } from '../domain/inventory.ts';
import type { KeyPolicy } from '../domain/key-policy.ts';
import type { Ownership } from '../domain/owner.ts';
import { authorise } from './authorise.ts';
import { keyTags } from './key-settings.ts';
import { keysOfUsers } from './keys-of-users.ts';
import type { Services } from './services.ts';

/** What a policy decides; the other findings do not follow from it. */
const BY_POLICY: readonly FindingCode[] = [
  'over_age',
  'due_soon',
  'unused',
  'never_used',
  'inactive_long',
  'tag_missing',
];

const USERS_AT_A_TIME = 500;
/** Users a preview looks at; it says so when there are more. */
const LOOKED_AT = 20_000;
const NAMED = 10;

/** A key a policy would hit. */
export interface HitKey {
  readonly accessKeyId: string;
  readonly userName: string;
  readonly codes: readonly FindingCode[];
}

/** What a policy would find today, beside what the present one finds. */
export interface PolicyPreview {
  readonly keys: number;
  /** How many keys it hits, and how many the present one does. */
  readonly hit: number;
  readonly hitNow: number;
  /** How many it hits that the present one does not. */
  readonly newly: number;
  readonly counts: readonly {
    readonly code: FindingCode;
    readonly wanted: number;
    readonly present: number;
  }[];
  /** The first by the user's name. */
  readonly first: readonly HitKey[];
  /** Not all users of the account were looked at. */
  readonly partly: boolean;
  /** When the account was last read; null before. */
  readonly readAt: number | null;
}

/** Works out what a policy would hit today, a few hundred users at a time; keeps counts and the first names only. */
export async function previewPolicy(
  services: Services,
  actor: Actor,
  accountId: string,
  { present, wanted }: { readonly present: KeyPolicy; readonly wanted: KeyPolicy },
): Promise<PolicyPreview> {
  authorise(actor, 'admin', 'change policies', services.admins);
  const { accounts, users } = services.stores.inventory;
  const { kind: kindTag } = await keyTags(services);
  const tally = new Tally();
  let [after, looked]: [string | null, number] = [null, 0];
  let ended = false;
  while (!ended && looked < LOOKED_AT) {
    const page: IamUser[] = await users.page(accountId, after, USERS_AT_A_TIME);
    const batch = await keysOfUsers(services, accountId, page);
    const at = services.clock.now();
    for (const facts of batch) {
      const assess = (policy: KeyPolicy): FindingCode[] =>
        assessKey({ ...facts, policy, kindTag, snooze: null, ownership: NOBODY }, at)
          .findings.map(({ code }) => code)
          .filter((code) => BY_POLICY.includes(code));
      tally.add(facts.key, assess(present), assess(wanted));
    }
    looked += page.length;
    after = page.at(-1)?.userId ?? null;
    ended = page.length < USERS_AT_A_TIME;
  }
  const readAt = (await accounts.byId(accountId))?.sweptAt ?? null;
  return { ...tally.result(), partly: !ended, readAt };
}

/** Owners have no part in what a policy finds. */
const NOBODY: Ownership = { known: false, why: 'not asked', failed: true };

/** Counts, and the first names in order. */
class Tally {
  #keys = 0;
  #hit = 0;
  #hitNow = 0;
  #newly = 0;
  readonly #wanted = new Map<FindingCode, number>();
  readonly #present = new Map<FindingCode, number>();
  #first: HitKey[] = [];

  add(
    { accessKeyId, userName }: InventoryKey,
    present: readonly FindingCode[],
    wanted: readonly FindingCode[],
  ): void {
    this.#keys += 1;
    for (const code of present) this.#present.set(code, (this.#present.get(code) ?? 0) + 1);
    for (const code of wanted) this.#wanted.set(code, (this.#wanted.get(code) ?? 0) + 1);
    if (present.length > 0) this.#hitNow += 1;
    if (wanted.length === 0) return;
    this.#hit += 1;
    if (present.length === 0) this.#newly += 1;
    this.#first = [...this.#first, { accessKeyId, userName, codes: wanted }]
      .toSorted((a, b) => (a.userName < b.userName ? -1 : a.userName > b.userName ? 1 : 0))
      .slice(0, NAMED);
  }

  result(): Omit<PolicyPreview, 'partly' | 'readAt'> {
    const counts = BY_POLICY.map((code) => ({
      code,
      wanted: this.#wanted.get(code) ?? 0,
      present: this.#present.get(code) ?? 0,
    })).filter(({ wanted, present }) => wanted > 0 || present > 0);
    return {
      keys: this.#keys,
      hit: this.#hit,
      hitNow: this.#hitNow,
      newly: this.#newly,
      counts,
      first: this.#first,
    };
  }
}
