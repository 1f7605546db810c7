import type { Severity } from './notice.ts';
import type { Ownership } from './owner.ts';

/** A key whose secret stands in a message, too: whoever read the message can use it. */
export interface ExposedKey {
  readonly accessKeyId: string;
  /** `session`: temporary, made from a key or role; it cannot be switched off by itself. */
  readonly kind: 'key' | 'session';
  /** By its ID; null where that does not tell (made before about 2019). */
  readonly accountId: string | null;
}

/** What a message gives away. Holds no secret, nor anything made from one. */
export interface Exposure {
  /** Each key once, in order. */
  readonly keys: readonly ExposedKey[];
  /** A secret access key, by the words before it, that no key ID stands near. */
  readonly secretAlone: boolean;
}

/** Who wrote a message, as its event tells. */
export type LeakAuthor =
  | { readonly kind: 'person'; readonly userId: string; readonly foreign: boolean }
  /** Another app, by the name it shows, which it may choose anew for each message; `id`: Slack's, which it may not. */
  | { readonly kind: 'app'; readonly id: string; readonly name: string }
  | { readonly kind: 'nobody' };

/** What tells an author from others: Slack's id, which they cannot choose; null where the message has none. */
export function authorId(author: LeakAuthor): string | null {
  if (author.kind === 'nobody') return null;
  const id = author.kind === 'person' ? author.userId : author.id;
  return id === '' ? null : id;
}

/** What a message holds of a key that it does not give away by itself: another message may hold the rest. */
export interface LeakHalf {
  /** IDs that no secret stands with. */
  readonly ids: readonly ExposedKey[];
  /** A secret that no ID stands with. */
  readonly secret: boolean;
}

/** A message, without what it says. */
export interface SeenMessage {
  readonly channelId: string;
  /** Slack's timestamp, which names it in its channel. */
  readonly ts: string;
  /** The message it answers, or null. */
  readonly threadTs: string | null;
  /** Its channel is shared with another organization. */
  readonly shared: boolean;
  readonly author: LeakAuthor;
}

/** How an author was told. */
export type AuthorTold = 'direct' | 'in_channel' | 'not';

/** A key as its alert shows it. */
export interface LeakedKey extends ExposedKey {
  /** What its account is called here; null: nothing connects to it. */
  readonly accountName: string | null;
  /** By the inventory. Null: it does not know the key. */
  readonly known: {
    readonly userName: string;
    readonly status: 'Active' | 'Inactive' | 'Expired' | 'gone';
    readonly ownership: Ownership | null;
  } | null;
  /** Who runs its account as a trap, or null. */
  readonly decoyOf: string | null;
}

/** What became of the message. `edited`: no secret of a key stands in it any more. */
export interface MessageEnd {
  readonly what: 'deleted' | 'edited';
  readonly at: number;
}

/** An alert about a message, with all it shows. */
export interface LeakCard {
  readonly message: SeenMessage;
  /** Where Slack shows the message; null when the workspace's address is not known. */
  readonly link: string | null;
  readonly seenAt: number;
  readonly severity: Severity;
  readonly keys: readonly LeakedKey[];
  /** Keys in the message that are not named here. */
  readonly more: number;
  readonly secretAlone: boolean;
  readonly told: AuthorTold;
  readonly end: MessageEnd | null;
}

/** What is told at most of one message; a dump of hundreds is one alert. */
export const MOST_LEAKED_KEYS = 50;

/** A link to a message, as Slack's own permalinks read; `workspaceUrl` is `https://NAME.slack.com/`. */
export function linkTo(
  workspaceUrl: string | null,
  { channelId, ts, threadTs }: Pick<SeenMessage, 'channelId' | 'ts' | 'threadTs'>,
): string | null {
  if (workspaceUrl === null || !URL.canParse(workspaceUrl)) return null;
  const at = `archives/${encodeURIComponent(channelId)}/p${ts.replace('.', '')}`;
  const url = new URL(at, workspaceUrl);
  if (threadTs !== null && threadTs !== ts) {
    url.searchParams.set('thread_ts', threadTs);
    url.searchParams.set('cid', channelId);
  }
  return url.href;
}
