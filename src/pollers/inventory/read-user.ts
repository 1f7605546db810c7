import type { IamUser, InventoryKey } from '../../domain/inventory.ts';
import { known, unknown } from '../../domain/known.ts';
import type { Known } from '../../domain/known.ts';
import { quarantinePolicies } from '../../domain/quarantine.ts';
import type { Services } from '../../handlers/services.ts';
import type { FoundGap } from '../../inventory/gaps.ts';
import { keysFrom, keysUnread } from '../../inventory/keys.ts';
import type { KeyChanges, UseReading } from '../../inventory/keys.ts';
import { isSettled, lastUseOf, provenUses } from '../../inventory/proof.ts';
import type { ListedKey } from '../../inventory/proof.ts';
import type { Report, ReportRow } from '../../inventory/report.ts';
import { rowOf } from '../../inventory/users.ts';
import type { Iam } from '../../ports/aws.ts';
import { reasonOf } from '../../verification/reasons.ts';
import { isBusy, tried } from './trouble.ts';
import type { Tried } from './trouble.ts';

/** What reading a user's keys needs. */
export interface ReadGround {
  readonly services: Pick<Services, 'stores' | 'clock'>;
  readonly iam: Iam;
  /** Null when there is none that can be read. */
  readonly report: Report | null;
  /** Tags and policies that were read since then are not asked for again. */
  readonly since: number;
  readonly signal: AbortSignal;
}

/** What was found out of one user; nothing is written yet. */
export interface UserRead extends KeyChanges {
  readonly user: IamUser;
  readonly gaps: readonly FoundGap[];
  /** AWS gave no answer to the first question, where it may answer others. */
  readonly busy: boolean;
}

/**
 * Reads all keys of one user with as few calls as leave nothing to guess. Null when the user is no more: the next
 * list of users tells. `before`: its keys that are known to exist.
 * @throws as {@link tried}.
 */
export async function readUser(
  ground: ReadGround,
  user: IamUser,
  before: readonly InventoryKey[],
): Promise<UserRead | null> {
  const { services, iam, report, signal } = ground;
  const { userName } = user;
  const listing = await tried(signal, () => iam.listAccessKeys(userName, signal));
  const at = services.clock.now();
  if (!listing.ok) {
    const { failure } = listing;
    if (failure.code === 'no_such_entity') return null;
    const why = reasonOf(failure);
    return {
      user: { ...user, reportRow: null },
      keys: keysUnread(before, why, at),
      happenings: [],
      gaps: [{ what: 'keys', subject: userName, why }],
      busy: isBusy(failure),
    };
  }
  const listed = listing.value;
  const hasKeys = listed.length > 0;
  const facts = new Facts(ground, user, at);
  if (hasKeys && !isFresh(user.tags, ground.since)) await facts.askTags();
  if (hasKeys && !isFresh(user.quarantine, ground.since)) await facts.askPolicies();
  if (hasKeys && report !== null) await facts.askPassword();
  const row = rowOf(report, user);
  const uses = await usesOf(ground, facts, listed, before, row);
  const changes = keysFrom(facts.user, before, await formerOf(ground, listed, before), { at, listed, uses });
  const read = facts.gaps.length === 0;
  // Whoever could not be read in full is read again with the next sweep, whatever the report says then.
  const reportRow = !read ? null : report === null ? user.reportRow : (row?.digest ?? null);
  return {
    ...changes,
    user: { ...facts.user, keysReadAt: at, reportRow },
    gaps: facts.gaps,
    busy: false,
  };
}

/** What is asked of a user beside its keys, with what could not be read. */
class Facts {
  readonly gaps: FoundGap[] = [];
  user: IamUser;
  readonly #ground: ReadGround;
  readonly #at: number;

  constructor(ground: ReadGround, user: IamUser, at: number) {
    this.#ground = ground;
    this.user = user;
    this.#at = at;
  }

  async askTags(): Promise<void> {
    const { iam, signal } = this.#ground;
    const { userName, tags } = this.user;
    const answer = await tried(signal, () => iam.listUserTags(userName, signal));
    this.user = { ...this.user, tags: this.#kept('tags', answer, (value) => value, tags) };
  }

  async askPolicies(): Promise<void> {
    const { iam, signal } = this.#ground;
    const { userName, quarantine } = this.user;
    const answer = await tried(signal, () => iam.listAttachedUserPolicies(userName, signal));
    this.user = { ...this.user, quarantine: this.#kept('policies', answer, quarantinePolicies, quarantine) };
  }

  /** Only where the report does not tell of the user. */
  async askPassword(): Promise<void> {
    const { iam, signal } = this.#ground;
    const { userName, console: password } = this.user;
    if (password.known) return;
    const answer = await tried(signal, () => iam.hasLoginProfile(userName, signal));
    const told = answer.ok
      ? known(answer.value, this.#at)
      : unknown(reasonOf(answer.failure), this.#at, password);
    this.user = { ...this.user, console: told };
  }

  #kept<T, Value>(
    what: FoundGap['what'],
    answer: Tried<T>,
    take: (value: T) => Value,
    before: Known<Value>,
  ): Known<Value> {
    if (answer.ok) return known(take(answer.value), this.#at);
    const why = reasonOf(answer.failure);
    this.miss(what, why);
    return unknown(why, this.#at, before);
  }

  miss(what: FoundGap['what'], why: string): void {
    this.gaps.push({ what, subject: this.user.userName, why });
  }
}

function isFresh(fact: Known<unknown>, since: number): boolean {
  return fact.known && fact.asOf >= since;
}

async function usesOf(
  ground: ReadGround,
  facts: Facts,
  listed: readonly ListedKey[],
  before: readonly InventoryKey[],
  row: ReportRow | null,
): Promise<Map<string, UseReading>> {
  const { report } = ground;
  const byId = new Map(before.map((key) => [key.accessKeyId, key]));
  const ids = new Set(listed.map(({ accessKeyId }) => accessKeyId));
  const others = before.filter(({ accessKeyId }) => !ids.has(accessKeyId)).length;
  const proven = row === null || report === null ? null : provenUses(row, report.generatedAt, listed, others);
  const rowUnchanged = row !== null && row.digest === facts.user.reportRow;
  const uses = new Map<string, UseReading>();
  for (const key of listed) {
    const last = byId.get(key.accessKeyId);
    const use = proven?.get(key.accessKeyId);
    const newer = last !== undefined && last.lastUse.kind !== 'unknown' && last.lastUse.asOf;
    if (last !== undefined && isSettled(last, key.status, rowUnchanged)) {
      uses.set(key.accessKeyId, { kind: 'settled' });
    } else if (
      use !== undefined &&
      use.kind !== 'unreadable' &&
      report !== null &&
      (newer === false || newer <= report.generatedAt)
    ) {
      uses.set(key.accessKeyId, { kind: 'read', lastUse: lastUseOf(use, report.generatedAt) });
    } else {
      uses.set(key.accessKeyId, await askUse(ground, facts, key));
    }
  }
  return uses;
}

async function askUse(ground: ReadGround, facts: Facts, { accessKeyId }: ListedKey): Promise<UseReading> {
  const { iam, signal, services } = ground;
  const answer = await tried(signal, () => iam.accessKeyLastUsed(accessKeyId, signal));
  const failed = (why: string): UseReading => {
    facts.miss('last_use', why);
    return { kind: 'failed', why };
  };
  if (!answer.ok) return failed(reasonOf(answer.failure));
  const { userName, use } = answer.value;
  if (userName !== facts.user.userName) return failed('AWS named another user of this key a moment later.');
  const asOf = services.clock.now();
  return {
    kind: 'read',
    lastUse: use === null ? { kind: 'not_seen', asOf } : { kind: 'used', asOf, ...use },
  };
}

/** Rows of listed keys that are not among the existing ones of this user. */
async function formerOf(
  { services }: ReadGround,
  listed: readonly ListedKey[],
  before: readonly InventoryKey[],
): Promise<ReadonlyMap<string, InventoryKey>> {
  const known = new Set(before.map(({ accessKeyId }) => accessKeyId));
  const former = new Map<string, InventoryKey>();
  for (const { accessKeyId } of listed.filter((key) => !known.has(key.accessKeyId))) {
    const row = await services.stores.inventory.keys.byId(accessKeyId);
    if (row !== null) former.set(accessKeyId, row);
  }
  return former;
}
