import { accountOfKeyId } from '../domain/access-key-id.ts';
import type { ExposedKey, Exposure, LeakHalf } from '../domain/leak.ts';
import { isExampleAccount, isPlaceholderId } from './examples.ts';
import { looksDrawn, mayBeSecret } from './secret-shape.ts';

/** So many of each are looked at in one message. */
const MOST = 600;
/** A secret without words that call it one belongs to a key ID no farther away than this; characters. */
const NEAR = 200;
/** One with such words may stand anywhere in the same message; the nearest ID is its own. */
const FAR = 4_000;
/** How far before a secret its name stands: the header of a CSV has the key's ID in between. */
const LABEL_WITHIN = 90;
const LONGEST_URL = 2_000;

/** Right after an ID stands no other letter, unless a secret was glued to it. */
const ID = /(?<![A-Za-z0-9])(A[KS]IA[A-Z2-7]{16})(?![A-Za-z0-9](?![A-Za-z0-9/+]{39}(?![A-Za-z0-9/+=])))/g;
const SECRET =
  /(?<![A-Za-z0-9/+-]|[A-Za-z0-9]_)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=-]|_[A-Za-z0-9])|(?<=A[KS]IA[A-Z2-7]{16})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const SECRET_NAME =
  /(?:aws[\w.-]{0,20}secret|secret[\s_.-]{0,2}access(?:[\s_.-]{0,2}key)?|secret[\s_.-]{0,2}key)[\w.-]{0,20}(?:\W|\w{1,10}(?=\W)|[A-Z0-9]{16,20}){1,40}$/i;
/** Names that only AWS's secrets have. */
const AWS_SECRET_NAME = /aws[\w.-]{0,20}secret|secret[\s_.-]{0,2}access/i;

interface Id extends ExposedKey {
  readonly at: number;
  readonly end: number;
  /** Of documentation: its secret is, too. */
  readonly example: boolean;
}

interface SecretAt {
  readonly at: number;
  readonly end: number;
  readonly label: 'aws' | 'other' | null;
}

/** True when it is worth looking closer: one pass over the text, nothing else. */
export function mayExposeKeys(text: string): boolean {
  return /A[KS]IA[A-Z2-7]{16}|secret/i.test(text) && /[A-Za-z0-9/+]{40}/.test(unwritten(text));
}

/**
 * The keys that a text gives away: an ID alone is none, since people name keys, and alerts do; a secret beside it is, or
 * one that its words call AWS's. Documentation's examples are left out, `ours` (connected accounts) never are. Whether
 * they are right is not tried.
 */
export function findKeys(raw: string, ours: Pick<ReadonlySet<string>, 'has'>): Exposure {
  const { keys, alone } = pairsIn(raw, ours);
  // The same text comes as text and as blocks: a secret counts as alone only where no key was found at all.
  return { keys, secretAlone: keys.length === 0 && alone.some(({ label }) => label === 'aws') };
}

/** True when it is worth looking for half of a key: one pass over the text, nothing else. */
export function mayHoldHalf(text: string): boolean {
  return /A[KS]IA[A-Z2-7]{16}/.test(text) || /[A-Za-z0-9/+]{40}/.test(unwritten(text));
}

/** What a text that gives no key away holds of one: IDs, examples left out, or a secret without any. */
export function findHalf(raw: string, ours: Pick<ReadonlySet<string>, 'has'>): LeakHalf {
  const { keys, alone, idle } = pairsIn(raw, ours);
  return keys.length > 0 ? { ids: [], secret: false } : { ids: idle, secret: alone.length > 0 };
}

interface Pairs {
  /** IDs with a secret, each once. */
  readonly keys: readonly ExposedKey[];
  /** IDs without any. */
  readonly idle: readonly ExposedKey[];
  /** Secrets without an ID. */
  readonly alone: readonly SecretAt[];
}

function pairsIn(raw: string, ours: Pick<ReadonlySet<string>, 'has'>): Pairs {
  const text = unwritten(raw);
  const ids = idsIn(text, ours);
  const taken = new Set<Id>();
  const alone: SecretAt[] = [];
  for (const secret of secretsIn(text)) {
    const id = nearest(ids, taken, secret);
    if (id !== null) taken.add(id);
    else alone.push(secret);
  }
  const once = (some: readonly Id[]): ExposedKey[] => [
    ...new Map(
      some.flatMap(({ accessKeyId, kind, accountId, example }) =>
        example ? [] : [[accessKeyId, { accessKeyId, kind, accountId }] as const],
      ),
    ).values(),
  ];
  return {
    keys: once(ids.filter((each) => taken.has(each))),
    idle: once(ids.filter((each) => !taken.has(each))),
    alone,
  };
}

/** What JSON, URLs and shells write in other ways. */
function unwritten(text: string): string {
  return text
    .replaceAll('\\/', '/')
    .replace(/\\[nrt]/g, ' ')
    .replace(/%2f/gi, '/')
    .replace(/%2b/gi, '+')
    .replace(/%3d/gi, '=');
}

function idsIn(text: string, ours: Pick<ReadonlySet<string>, 'has'>): Id[] {
  const found: Id[] = [];
  for (const match of text.matchAll(ID)) {
    const [, accessKeyId = ''] = match;
    // A secret between is masked with the ID: it may be anybody's.
    if (isPlaceholderId(accessKeyId)) continue;
    const accountId = accountOfKeyId(accessKeyId);
    found.push({
      accessKeyId,
      kind: accessKeyId.startsWith('ASIA') ? 'session' : 'key',
      accountId,
      at: match.index,
      end: match.index + accessKeyId.length,
      example: accountId !== null && !ours.has(accountId) && isExampleAccount(accountId),
    });
    if (found.length === MOST) break;
  }
  return found;
}

function secretsIn(text: string): SecretAt[] {
  const found: SecretAt[] = [];
  for (const match of text.matchAll(SECRET)) {
    const [run] = match;
    const at = match.index;
    const before = text.slice(Math.max(0, at - LABEL_WITHIN), at);
    const name = SECRET_NAME.exec(before)?.[0] ?? null;
    const label = name === null ? null : AWS_SECRET_NAME.test(name) ? 'aws' : 'other';
    const passes = label === null ? looksDrawn(run) && !isInUrl(text, at) : mayBeSecret(run);
    if (passes) found.push({ at, end: at + run.length, label });
    if (found.length === MOST) break;
  }
  return found;
}

/** Part of an address: signatures and names of objects look drawn, too. */
function isInUrl(text: string, at: number): boolean {
  const scheme = text.lastIndexOf('://', at);
  return scheme >= 0 && at - scheme < LONGEST_URL && !/\s/.test(text.slice(scheme, at));
}

/** The ID a secret belongs to: the nearest that has none yet, one before it rather than one after it. */
function nearest(ids: readonly Id[], taken: ReadonlySet<Id>, secret: SecretAt): Id | null {
  const within = secret.label === null ? NEAR : FAR;
  let best: Id | null = null;
  let least = within + 1;
  for (const id of ids) {
    if (taken.has(id)) continue;
    const away = id.end <= secret.at ? secret.at - id.end : id.at - secret.end + NEAR / 4;
    if (away < least) [best, least] = [id, away];
  }
  return best;
}
