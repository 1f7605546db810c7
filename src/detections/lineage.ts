import type { CloudTrailEvent } from './event.ts';
import { textAt } from './json.ts';
import type { MemoryKind } from './memory.ts';
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
  readonly #onChange: (kind: MemoryKind, id: string, value: string) => void;

  /** `onChange` hears of every link that is new. */
  constructor(most = 50_000, onChange: Lineage['recall'] = () => undefined) {
    this.#most = most;
    this.#onChange = onChange;
  }

  /** Takes up a link that was kept: what `onChange` heard of. */
  recall(kind: MemoryKind, id: string, value: string): void {
    if (kind === 'session') this.#keep(this.#parents, id, value);
    if (kind === 'user') this.#keep(this.#users, id, value);
  }

  /** Takes an event in. The id of the session it made, or null when it made none, or none that a key is known for. */
  learn(event: CloudTrailEvent): string | null {
    const { caller } = event;
    const { longTermKeyId, sessionKeyId, userName } = caller;
    if (longTermKeyId !== null && userName !== null && caller.notedBy !== this) {
      if (this.#keep(this.#users, longTermKeyId, userName)) this.#onChange('user', longTermKeyId, userName);
      caller.notedBy = this;
    }
    if (!event.call.isWanted || event.failed || !MAKERS.has(event.call.action)) return null;
    const parent = longTermKeyId ?? sessionKeyId;
    const child = textAt(event.answered, 'credentials', 'accessKeyId');
    if (parent === null || child === null || child === parent || child.length > 128) return null;
    if (!child.startsWith('ASIA')) return null;
    if (this.#keep(this.#parents, child, parent)) this.#onChange('session', child, parent);
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

  /** True when it was not known. */
  #keep(map: Map<string, string>, key: string, value: string): boolean {
    if (map.get(key) === value) return false;
    map.set(key, value);
    if (map.size <= this.#most) return true;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
    return true;
  }
}
