import type { Caller, CloudTrailEvent } from './event.ts';
import { textAt } from './json.ts';
import { words } from './words.ts';

/** Calls that answer with the credentials of a new session. */
export const SESSION_MAKERS: readonly string[] = words(
  'sts:AssumeRole sts:GetSessionToken sts:GetFederationToken sts:AssumeRoot sso:GetRoleCredentials',
);
const MAKERS = new Set(SESSION_MAKERS);

/** Role chaining is allowed to any depth; nobody goes deeper than this. */
const DEEPEST = 16;

/**
 * Which key made which session. What a session does counts for the long-term key it comes from, over any number of
 * roles, whether the event that made it arrives before or after what it did. Bounded: the oldest link goes first.
 */
export class Lineage {
  readonly #parents = new Map<string, string>();
  readonly #users = new Map<string, string>();
  readonly #most: number;
  #lastCaller: Caller | null = null;

  constructor(most = 50_000) {
    this.#most = most;
  }

  /** Takes an event in. The id of the session it made, or null when it made none, or none that a key is known for. */
  learn(event: CloudTrailEvent): string | null {
    const { longTermKeyId, sessionKeyId, userName } = event.caller;
    if (longTermKeyId !== null && userName !== null && event.caller !== this.#lastCaller) {
      this.#keep(this.#users, longTermKeyId, userName);
      this.#lastCaller = event.caller;
    }
    if (!event.call.isWanted || event.failed || !MAKERS.has(event.call.action)) return null;
    const parent = longTermKeyId ?? sessionKeyId;
    const child = textAt(event.answered, 'credentials', 'accessKeyId');
    if (parent === null || child === null || child === parent || child.length > 128) return null;
    if (!child.startsWith('ASIA')) return null;
    this.#keep(this.#parents, child, parent);
    return child;
  }

  /** The long-term key a session comes from; null when that is not known (yet), or no key made it. */
  rootOf(sessionKeyId: string): string | null {
    let id = sessionKeyId;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const parent = this.#parents.get(id);
      if (parent === undefined) return null;
      if (parent.startsWith('AKIA')) return parent;
      id = parent;
    }
    return null;
  }

  /** The user a long-term key belongs to; null when no event has said so. */
  userOf(keyId: string): string | null {
    return this.#users.get(keyId) ?? null;
  }

  #keep(map: Map<string, string>, key: string, value: string): void {
    if (map.get(key) === value) return;
    map.set(key, value);
    if (map.size <= this.#most) return;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}
