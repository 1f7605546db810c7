import { AwsFailure } from '../../ports/aws.ts';
import type { Clock } from '../../ports/world.ts';
import type { Hands } from './hands.ts';

/** A complete list is of now for so long: thousands may be looked for on one; ms. */
const FRESH_MS = 60_000;

interface List {
  readonly at: number;
  /** Null: nobody may list them. */
  readonly userIds: Promise<ReadonlySet<string> | null>;
}

/** The users that accounts have, by unique id: each list is read once for all who are looked for on it. */
export class UsersNow {
  readonly #clock: Clock;
  readonly #lists = new Map<string, List>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a complete list of the account's users has it; null: nobody may list them. Throws AwsFailure. */
  async has(accountId: string, userId: string, hands: Hands, signal: AbortSignal): Promise<boolean | null> {
    const last = this.#lists.get(accountId);
    const isFresh = last !== undefined && Math.abs(this.#clock.now() - last.at) < FRESH_MS;
    const list = isFresh ? last : { at: this.#clock.now(), userIds: listed(hands, signal) };
    this.#lists.set(accountId, list);
    try {
      return (await list.userIds)?.has(userId) ?? null;
    } catch (error) {
      if (this.#lists.get(accountId) === list) this.#lists.delete(accountId);
      throw error;
    }
  }
}

async function listed(hands: Hands, signal: AbortSignal): Promise<ReadonlySet<string> | null> {
  try {
    return await hands(async ({ iam }) => {
      const all = new Set<string>();
      for await (const page of iam.listUsers(signal)) for (const { userId } of page) all.add(userId);
      return all;
    });
  } catch (error) {
    if (error instanceof AwsFailure && error.code.startsWith('denied_')) return null;
    throw error;
  }
}
