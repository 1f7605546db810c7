import type { IamUser, InventoryKey } from '../../domain/inventory.ts';
import { isYoung, keysDescribed, keysGone } from '../../inventory/keys.ts';
import type { Report } from '../../inventory/report.ts';
import { mustRead, sameTags, userFrom } from '../../inventory/users.ts';
import type { Iam, ListedUser, UserDetail } from '../../ports/aws.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Sweep } from './sweep.ts';

/** Rows read or written together. */
const BATCH = 200;

/**
 * Lists every user of the account, page by page, and keeps what the lists tell. Only when the last page has come are
 * those gone that none of them showed. Returns how many users' keys are to be read.
 */
export async function listUsers(sweep: Sweep, report: Report | null): Promise<number> {
  const iam = await sweep.iam();
  const { signal } = sweep;
  const listing = new Listing(sweep, report);
  try {
    for await (const page of iam.userDetails(signal)) await listing.take(page);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AwsFailure) || !isDenied(error)) throw error;
    await listing.begin();
    await simply(iam, listing, signal);
  }
  await listing.end();
  return listing.planned;
}

/** Without the optional call. */
async function simply(iam: Iam, listing: Listing, signal: AbortSignal): Promise<void> {
  for await (const page of iam.listUsers(signal)) await listing.take(page);
}

function isDenied({ code }: AwsFailure): boolean {
  return code === 'denied_by_policy' || code === 'denied_by_organization';
}

class Listing {
  readonly #sweep: Sweep;
  readonly #report: Report | null;
  #seen = new Set<string>();
  planned = 0;

  constructor(sweep: Sweep, report: Report | null) {
    this.#sweep = sweep;
    this.#report = report;
  }

  /** Begins anew. */
  begin(): Promise<void> {
    this.#seen = new Set();
    this.planned = 0;
    return Promise.resolve();
  }

  async take(page: readonly (ListedUser | UserDetail)[]): Promise<void> {
    for (let from = 0; from < page.length; from += BATCH) await this.#keep(page.slice(from, from + BATCH));
  }

  async #keep(listed: readonly (ListedUser | UserDetail)[]): Promise<void> {
    const { account, services, signal, running } = this.#sweep;
    signal.throwIfAborted();
    const { users, keys } = services.stores.inventory;
    const { accountId } = account;
    const before = await Promise.all(listed.map(({ userId }) => users.byId(accountId, userId)));
    const at = services.clock.now();
    const rows = listed.map((user, index) =>
      userFrom(accountId, before[index] ?? null, user, this.#report, at),
    );
    const retagged = rows.filter((user, index) => {
      const known = before[index] ?? null;
      return known !== null && known.keysReadAt !== null && !sameTags(known.tags, user.tags);
    });
    const described = await this.#described(retagged);
    await this.#sweep.save([users.put(rows), ...(described.length === 0 ? [] : [keys.put(described)])]);
    for (const user of rows) {
      if (!this.#seen.has(user.userId) && mustRead(running.kind, user, this.#report)) this.planned += 1;
      this.#seen.add(user.userId);
    }
  }

  /** Descriptions of keys are tags of their user: they change without any key changing. */
  async #described(retagged: readonly IamUser[]): Promise<InventoryKey[]> {
    if (retagged.length === 0) return [];
    const { account, services } = this.#sweep;
    const ids = retagged.map(({ userId }) => userId);
    const keys = await services.stores.inventory.keys.ofUsers(account.accountId, ids);
    return retagged.flatMap((user) =>
      keysDescribed(
        user,
        keys.filter((key) => key.userId === user.userId),
      ),
    );
  }

  /** The list is complete: whom it lacks is gone, and so are their keys. */
  async end(): Promise<void> {
    const { services, account, signal } = this.#sweep;
    const { users, keys } = services.stores.inventory;
    const { accountId } = account;
    let after: string | null = null;
    for (;;) {
      signal.throwIfAborted();
      const page: readonly IamUser[] = await users.page(accountId, after, BATCH);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.userId;
      const at = services.clock.now();
      const missing = page.filter((user) => !this.#seen.has(user.userId) && !isYoung(user, at));
      if (missing.length === 0) continue;
      const ids = missing.map(({ userId }) => userId);
      const gone = keysGone(await keys.ofUsers(accountId, ids), at);
      await this.#sweep.save([
        users.put(missing.map((user) => ({ ...user, goneAt: at }))),
        keys.put(gone.keys),
        ...this.#sweep.history(gone.happenings),
      ]);
    }
  }
}
