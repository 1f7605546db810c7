import type { Finding } from './finding.ts';
import type { AccountInventory, IamUser, InventoryKey } from './inventory.ts';
import type { KeyChoices, Snooze } from './key-choices.ts';
import type { KeyKind, KindOfKey } from './key-kind.ts';
import { policyFor, type KeyPolicy } from './key-policy.ts';
import type { KeyStanding } from './key-standing.ts';
import { isKindSure, kindOfKey, SES_SMTP, tagNamed } from './kind-of-key.ts';
import type { Severity } from './notice.ts';
import type { Ownership } from './owner.ts';
import { DAY_MS } from './time-words.ts';
import { urgencyOf } from './urgency.ts';

/** Everything that decides where a key stands. */
export interface KeyFacts {
  readonly key: InventoryKey;
  readonly user: IamUser | null;
  /** The existing keys of the same user; whether this one is among them does not matter. */
  readonly siblings: readonly InventoryKey[];
  readonly choices: KeyChoices | null;
  readonly snooze: Snooze | null;
  /** That of the account; what was set for the key itself is in `choices`. */
  readonly policy: KeyPolicy;
  readonly ownership: Ownership;
  /** The tag that names kinds; its default when left out. */
  readonly kindTag?: string;
  /** The kind it had; it holds while tags cannot be read. */
  readonly formerKind?: KindOfKey | null;
  /** It was found quarantined; that holds while the policies of its user cannot be read. */
  readonly wasQuarantined?: boolean;
}

/** An answer of AWS older than this decides nothing any more: a full sweep comes daily, and one may be missed. */
export const FRESH_MS = 2 * DAY_MS;
/** How long the use of a break-glass key or decoy is kept in front of people. */
const USE_SHOWN_MS = 30 * DAY_MS;

/** Kinds of which age and silence are counted. */
const COUNTED: ReadonlySet<KeyKind> = new Set(['ordinary', 'managed_elsewhere']);

/**
 * Works out where a key stands. Pure: the same facts at the same time give the same standing. What could not be read
 * makes no finding but the one that says so, and never a proposal.
 */
export function assessKey(facts: KeyFacts, now: number): KeyStanding {
  const { key, user, choices, snooze, ownership } = facts;
  const policy = policyFor(facts.policy, choices?.policy ?? null);
  const kind = kindOfKey(key, user, choices?.kind ?? null, facts.kindTag, facts.formerKind);
  const counts = COUNTED.has(kind.kind) && key.status === 'Active';
  const dueAt = counts && key.createdAt !== null ? key.createdAt + policy.maxAgeDays * DAY_MS : null;
  const look: Look = { ...facts, policy, kind: kind.kind, managedBy: kind.managedBy, dueAt, now };
  // A decoy is to look like any other key: nothing is asked of it.
  const rules = kind.kind === 'decoy' ? [quarantined, unexpectedUse] : RULES;
  const findings = rules.flatMap((rule) => rule(look));
  const snoozedUntil = snooze !== null && snooze.endedAt === null && snooze.until > now ? snooze.until : null;
  return {
    accessKeyId: key.accessKeyId,
    accountId: key.accountId,
    kind,
    ownership,
    findings,
    dueAt,
    snoozedUntil,
    urgency: urgencyOf({ findings, createdAt: key.createdAt, snoozedUntil, kind: kind.kind }, now),
    assessedAt: now,
  };
}

/** What is found about an account as a whole. */
export function accountFindings({ rootKeys }: Pick<AccountInventory, 'rootKeys'>): Finding[] {
  if (!rootKeys.known || rootKeys.value === 0) return [];
  return [{ code: 'root_key', severity: 'high', at: null, propose: null }];
}

interface Look extends KeyFacts {
  readonly kind: KeyKind;
  readonly managedBy: string | null;
  readonly dueAt: number | null;
  readonly now: number;
}

type Rule = (look: Look) => Finding[];

const RULES: readonly Rule[] = [
  quarantined,
  unexpectedUse,
  age,
  silence,
  inactiveLong,
  consoleUser,
  twoActiveKeys,
  useUnknown,
  ownerMissing,
  tagMissing,
];

/** Told however old AWS's word is; proposed only while both the quarantine and the status were read lately. */
function quarantined({ key, user, wasQuarantined, now }: Look): Finding[] {
  const fact = user?.quarantine;
  if (fact?.known === true ? fact.value.length === 0 : wasQuarantined !== true) return [];
  const active = key.status === 'Active';
  const severity = active ? 'critical' : 'medium';
  const fresh = fact?.known === true && now - fact.asOf <= FRESH_MS && isStatusFresh(user, now);
  return [{ code: 'quarantined', severity, at: null, propose: active && fresh ? 'deactivate' : null }];
}

/** A use before Rekey knew the key is history. */
function unexpectedUse({ key, kind, now }: Look): Finding[] {
  if (COUNTED.has(kind)) return [];
  const use = key.lastUse.kind === 'unknown' ? key.lastUse.last : key.lastUse;
  if (use === null || !('at' in use) || use.at < key.firstSeenAt || now - use.at > USE_SHOWN_MS) return [];
  const severity = kind === 'decoy' ? 'critical' : 'high';
  return [{ code: 'unexpected_use', severity, at: use.at, propose: null }];
}

function age({ key, kind, policy, dueAt, now }: Look): Finding[] {
  if (dueAt === null) {
    const unknown = key.createdAt === null && key.status === 'Active' && COUNTED.has(kind);
    return unknown ? [finding('age_unknown', 'low')] : [];
  }
  if (now >= dueAt) {
    const severity = now - dueAt >= policy.maxAgeDays * DAY_MS ? 'high' : 'medium';
    return [{ code: 'over_age', severity, at: dueAt, propose: 'rotate' }];
  }
  const warning = Math.max(0, ...policy.warnDays) * DAY_MS;
  return now >= dueAt - warning ? [{ code: 'due_soon', severity: 'low', at: dueAt, propose: 'rotate' }] : [];
}

/** Silence counts up to the moment of AWS's answer, and only while that answer is fresh. */
function silence(look: Look): Finding[] {
  const { key, kind, policy, now } = look;
  const { lastUse, createdAt, status } = key;
  if (status !== 'Active' || !COUNTED.has(kind) || lastUse.kind === 'unknown') return [];
  if (now - lastUse.asOf > FRESH_MS) return [];
  const limit = policy.unusedDays * DAY_MS;
  const since = lastUse.kind === 'used' ? lastUse.at : createdAt;
  if (since === null || lastUse.asOf - since < limit) return [];
  const code = lastUse.kind === 'used' ? 'unused' : 'never_used';
  return [{ code, severity: 'medium', at: since + limit, propose: mayEnd(look) ? 'deactivate' : null }];
}

function inactiveLong(look: Look): Finding[] {
  const { key, kind, policy, now } = look;
  const limit = policy.inactiveDays * DAY_MS;
  if (key.status === 'Active' || !COUNTED.has(kind) || now - key.statusSince < limit) return [];
  const propose = mayEnd(look) && key.lastUse.kind !== 'unknown' ? 'delete' : null;
  return [{ code: 'inactive_long', severity: 'low', at: key.statusSince + limit, propose }];
}

/**
 * Whether to propose the end of a key: its kind is sure, its status was read lately, and its silence would show. Whether
 * AWS records a use through SES's SMTP door is documented nowhere.
 */
function mayEnd({ user, choices, managedBy, now }: Look): boolean {
  return isStatusFresh(user, now) && isKindSure(user, choices?.kind ?? null) && managedBy !== SES_SMTP;
}

function isStatusFresh(user: IamUser | null, now: number): boolean {
  const readAt = user?.keysReadAt ?? null;
  return readAt !== null && now - readAt <= FRESH_MS;
}

function consoleUser({ key, user }: Look): Finding[] {
  const password = user?.console;
  return password?.known === true && password.value && key.status === 'Active'
    ? [finding('console_user', 'medium')]
    : [];
}

function twoActiveKeys({ key, siblings }: Look): Finding[] {
  const other = siblings.some(
    (each) => each.accessKeyId !== key.accessKeyId && each.status === 'Active' && each.goneAt === null,
  );
  return other && key.status === 'Active' ? [finding('two_active_keys', 'low')] : [];
}

function useUnknown({ key: { lastUse, status } }: Look): Finding[] {
  if (lastUse.kind !== 'unknown' || status !== 'Active') return [];
  return [finding('use_unknown', 'low', lastUse.since)];
}

function ownerMissing({ key, ownership }: Look): Finding[] {
  if (ownership.known || ownership.failed === true || key.status !== 'Active') return [];
  return [finding('owner_missing', 'low')];
}

function tagMissing({ key, user, policy }: Look): Finding[] {
  if (user?.tags.known !== true || key.status !== 'Active') return [];
  const tags = user.tags.value;
  const missing = policy.requiredTags.some((name) => (tagNamed(tags, name) ?? '').trim() === '');
  return missing ? [finding('tag_missing', 'low')] : [];
}

function finding(code: Finding['code'], severity: Severity, at: number | null = null): Finding {
  return { code, severity, at, propose: null };
}
