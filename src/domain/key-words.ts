import type { Finding, FindingCode } from './finding.ts';
import type { Gap, InventoryKey, KeyStatus } from './inventory.ts';
import type { Snooze } from './key-choices.ts';
import type { KeyKind, KindOfKey } from './key-kind.ts';
import type { KeyPolicy } from './key-policy.ts';
import { TRACKING_BEGAN, USE_GRANULARITY_MS, type LastUse, type Use } from './last-use.ts';
import type { OwnerRef, Ownership } from './owner.ts';
import { counted, DAY_MS, dayWords, momentWords, spanWords, wholeDays } from './time-words.ts';

/**
 * What is known of access keys in words, the same in lists, messages and files. Plain text: names, tags and reasons go
 * in as they are, and whoever shows them in Slack escapes the whole. Times are ms since the epoch.
 */

/** A use younger than this may have been followed by another that AWS had not recorded yet. */
const RECENT_MS = 4 * USE_GRANULARITY_MS;

/** `95 days old`, or why that is not known. Age is counted from AWS's CreateDate. */
export function ageWords(createdAt: number | null, now: number): string {
  if (createdAt === null) return 'age unknown (AWS did not say when it was created)';
  const days = wholeDays(now - createdAt);
  return days < 1 ? 'less than a day old' : `${counted(days, 'day')} old`;
}

/**
 * *used at T (service, region)*, *not seen since tracking began (as of T)* or *unknown (why)*. A recent use says how
 * coarse AWS's record is: the next use may be up to 15 minutes newer.
 */
export function lastUseWords(lastUse: LastUse): string {
  switch (lastUse.kind) {
    case 'used':
      return lastUse.asOf - lastUse.at < RECENT_MS
        ? `${useWords(lastUse)}, or up to 15 minutes later`
        : useWords(lastUse);
    case 'not_seen':
      return `not seen since tracking began (as of ${momentWords(lastUse.asOf)})`;
    case 'unknown': {
      const before = lastUse.last === null ? '' : `; before that ${useWords(lastUse.last)}`;
      return `last use unknown since ${momentWords(lastUse.since)} (${lastUse.why})${before}`;
    }
  }
}

function useWords({ at, service, region }: Use): string {
  const where = [service, region].filter((part) => part !== null);
  return `used at ${momentWords(at)}${where.length === 0 ? '' : ` (${where.join(', ')})`}`;
}

/** What one must know to read a last use rightly, or null. For the exact view of a key. */
export function lastUseNote({
  lastUse,
  createdAt,
}: Pick<InventoryKey, 'lastUse' | 'createdAt'>): string | null {
  switch (lastUse.kind) {
    case 'used':
      return 'AWS records a use at most once in 15 minutes, and a denied call counts as a use.';
    case 'not_seen': {
      const old = createdAt === null || createdAt < TRACKING_BEGAN;
      return old
        ? `AWS has recorded the use of keys since ${dayWords(TRACKING_BEGAN)}; what was before is not known.`
        : 'AWS may take 15 minutes to record a use, and a call with a wrong signature is never recorded.';
    }
    case 'unknown':
      return 'As long as this is unknown, Rekey proposes nothing that rests on it.';
  }
}

/** `Active`, or since when it is not; at the first look only a latest moment is known. */
export function statusWords(
  { status, statusSince, statusSeen }: Pick<InventoryKey, 'status' | 'statusSince' | 'statusSeen'>,
  now: number,
): string {
  if (status === 'Active') return 'Active';
  const since = statusSeen
    ? `for ${spanWords(now - statusSince)}`
    : `since ${dayWords(statusSince)} or before`;
  return `${statusName(status)} ${since}`;
}

/** AWS's word for it; `Expired` exists in AWS's model only, and is no matter of age. */
export function statusName(status: KeyStatus): string {
  return status === 'Expired' ? 'not usable (AWS’s status “Expired”)' : status;
}

const KINDS: Record<KeyKind, string> = {
  ordinary: 'ordinary',
  break_glass: 'break-glass',
  decoy: 'decoy',
  managed_elsewhere: 'managed elsewhere',
};

export function kindName(kind: KeyKind): string {
  return KINDS[kind];
}

/** The kind with where it comes from; a guess says that it is one. */
export function kindWords({ kind, from, managedBy }: KindOfKey): string {
  const name = managedBy === null ? kindName(kind) : `managed by ${managedBy}`;
  switch (from) {
    case 'slack':
      return `${name} (set in Slack)`;
    case 'tag':
      return `${name} (by tag)`;
    case 'guess':
      return `${name} (a guess)`;
    case 'default':
      return name;
  }
}

/** What a kind means for reminders, in a sentence. */
export function kindMeaning(kind: KeyKind): string {
  switch (kind) {
    case 'ordinary':
      return 'Everything the policy asks for is watched and reminded of.';
    case 'break_glass':
      return 'Kept for emergencies: its age and its silence are not reminded of; any use is announced.';
    case 'decoy':
      return 'A trap: nothing is reminded of; any use is critical.';
    case 'managed_elsewhere':
      return 'A tool made it: rotate it there, or the tool and AWS will disagree.';
  }
}

/** Who answers for it: `name` turns a user or group into words. */
export function ownerWords(ownership: Ownership, name: (owner: OwnerRef) => string): string {
  if (!ownership.known) return `unknown (${ownership.why})`;
  return `${ownership.owners.map((owner) => name(owner)).join(', ')} (${ownerSourceWords(ownership.from)})`;
}

/** How an owner was found. */
export function ownerSourceWords(from: Extract<Ownership, { known: true }>['from']): string {
  const sources: Record<typeof from, string> = {
    key: 'set in Slack',
    tag: 'by tag',
    mapping: 'by the mapping in Slack',
    name: 'by the user’s name',
    email: 'by e-mail',
  };
  return sources[from];
}

const FINDINGS: Record<FindingCode, string> = {
  quarantined: 'quarantined by AWS',
  unexpected_use: 'unexpected use',
  root_key: 'root access key',
  over_age: 'over age',
  due_soon: 'due soon',
  unused: 'unused',
  never_used: 'never used',
  inactive_long: 'inactive for long',
  two_active_keys: 'two active keys',
  console_user: 'console user with a key',
  owner_missing: 'owner unknown',
  tag_missing: 'tag missing',
  age_unknown: 'age unknown',
  use_unknown: 'last use unknown',
};

/** A finding in two or three words, as in filters and files. */
export function findingName(code: FindingCode): string {
  return FINDINGS[code];
}

/** A finding with its time, as in a row of a list. */
export function findingWords({ code, at }: Finding, now: number): string {
  const since = at === null ? '' : ` since ${dayWords(at)}`;
  switch (code) {
    case 'over_age':
      return at === null ? FINDINGS.over_age : `${overBy(now - at)} over its maximum age`;
    case 'due_soon':
      return at === null
        ? FINDINGS.due_soon
        : `reaches its maximum age ${inWords(at - now)} (${dayWords(at)})`;
    case 'unused':
      return `unused: over the policy’s limit${since}`;
    case 'never_used':
      return `never used: over the policy’s limit${since}`;
    case 'inactive_long':
      return `inactive: long enough to delete${since}`;
    case 'quarantined':
      return 'quarantined by AWS as exposed';
    case 'unexpected_use':
      return at === null
        ? FINDINGS.unexpected_use
        : `used at ${momentWords(at)}, which nobody should do without need`;
    case 'root_key':
    case 'two_active_keys':
    case 'console_user':
    case 'owner_missing':
    case 'tag_missing':
    case 'age_unknown':
    case 'use_unknown':
      return FINDINGS[code];
  }
}

function overBy(ms: number): string {
  return ms < DAY_MS ? 'less than a day' : counted(wholeDays(ms), 'day');
}

function inWords(ms: number): string {
  const days = wholeDays(ms);
  if (days < 1) return 'within a day';
  return `in ${counted(days, 'day')}`;
}

/**
 * What stands behind a finding, for the exact view; corrects what people often take for true. Only what Rekey proposes
 * (`propose`) is advised.
 */
export function findingMeaning(
  code: FindingCode,
  policy: KeyPolicy,
  propose: Finding['propose'] = null,
): string {
  const next =
    propose === 'deactivate'
      ? 'Deactivate it first: that can be undone.'
      : 'Rekey proposes nothing: not all that this rests on is known.';
  switch (code) {
    case 'over_age':
    case 'due_soon':
      return `Your policy asks for a new key after ${counted(policy.maxAgeDays, 'day')}. AWS has no such limit: its keys work until somebody deactivates them. (90 days is what CIS and Security Hub’s IAM.3 ask for.)`;
    case 'unused':
      return `AWS recorded no use for ${counted(policy.unusedDays, 'day')}. ${next}`;
    case 'never_used':
      return `AWS has no use of it on record, and it is older than ${counted(policy.unusedDays, 'day')}. ${next}`;
    case 'inactive_long':
      return `Inactive for ${counted(policy.inactiveDays, 'day')}. It still takes one of the user’s two places; deleting it cannot be undone.`;
    case 'two_active_keys':
      return 'AWS allows two keys for a user, Inactive ones among them: with both in place no third can be made to rotate.';
    case 'console_user':
      return 'The user has a console password and an access key: one stolen laptop loses both. A user for programs needs no password.';
    case 'quarantined':
      return (
        'AWS found a key of this user in public and put its quarantine policy on the user. That stops some calls only: treat the key as stolen, and leave the policy on until AWS’s case is answered.' +
        (propose === 'deactivate' ? ` ${next}` : '')
      );
    case 'unexpected_use':
      return 'It is kept for emergencies or as a trap, and AWS recorded a use. Ask who it was; if nobody knows, treat it as stolen.';
    case 'root_key':
      return 'No policy can limit a root key. Delete it, signed in as root, under Security credentials: Rekey cannot, and AWS does not tell its ID.';
    case 'owner_missing':
      return 'Nobody could be found who answers for it: reminders go to the channel. Set an owner here, a tag on the user, or a rule in the settings.';
    case 'tag_missing':
      return `The policy asks for tags on the user: ${policy.requiredTags.join(', ')}.`;
    case 'age_unknown':
      return 'AWS did not tell when it was created, so no age is counted. That does not mean that it is young.';
    case 'use_unknown':
      return 'When it was last used could not be read. That does not mean that it is unused, so Rekey proposes nothing.';
  }
}

/** How long reminders pause, and why; `by` is the person in words. */
export function snoozeWords({ until, reason }: Pick<Snooze, 'until' | 'reason'>, by: string): string {
  return `snoozed until ${momentWords(until)} by ${by}: ${reason}`;
}

const GAPS: Record<Gap['what'], string> = {
  users: 'the list of users',
  keys: 'access keys',
  last_use: 'last use',
  tags: 'tags',
  policies: 'policies',
  report: 'the credential report',
  root_keys: 'whether there is a root access key',
};

/** What a sweep could not read: `tags of svc-deploy, since 3 Nov 2026 (not allowed: iam:ListUserTags)`. */
export function gapWords({ what, subject, why, since }: Gap): string {
  return `${GAPS[what]}${subject === null ? '' : ` of ${subject}`}, since ${dayWords(since)} (${why})`;
}
