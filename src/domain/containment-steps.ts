import {
  CONFIRM_READS,
  CONTAINMENT_PARTS,
  INLINE_DATE_DENY,
  INLINE_DENY,
  LAG_MS,
  denyAllArn,
  isAtRest,
  isDated,
  isDenied,
  partsInPlay,
  wantedKeys,
} from './containment.ts';
import type { ContainedKey, Containment, ContainmentPart, PartFailure, PartStanding } from './containment.ts';
import {
  appeared,
  eventOf,
  leftOn,
  remember,
  restedEvents,
  saidLately,
  untoldPolicies,
} from './containment-events.ts';
import type { ContainmentEffect } from './containment-effect.ts';
import type { Partition } from './partition.ts';
import { quarantinePolicies } from './quarantine.ts';

/** An inline policy of ours as it stands: `other` says that there is one by our name with another text. */
export type InlineSeen = 'ours' | 'other' | 'none';

/** The user as IAM shows it at one moment. */
export interface ContainedLook {
  readonly at: number;
  /** `gone`: there is no such user; `other`: another user has that name by now. */
  readonly user: 'there' | 'gone' | 'other';
  /** Null where they could not be read, and what is to be done does not wait for that. */
  readonly keys:
    | readonly {
        readonly accessKeyId: string;
        readonly status: 'Active' | 'Inactive' | 'Expired';
      }[]
    | null;
  readonly attached: readonly { readonly name: string; readonly arn: string }[] | null;
  /** Why the keys or the attached policies could not be read. */
  readonly unread?: PartFailure | undefined;
  /** The inline policies by name; null or absent where they could not be read. */
  readonly inline?: readonly string[] | null | undefined;
  /** Null where it was not read, because we put none. */
  readonly inlineDeny: InlineSeen | null;
  readonly dateDeny: InlineSeen | null;
}

/** What was just sent is not sent again for a replica that lags; ms. */
const SENT_AGAIN_MS = 1_000;
/** What cannot be read back is sent again so often while it is held. */
const UNREAD_AGAIN_MS = 30_000;

/** Whether the policy that denies everything is among those of a user. */
export function hasDenyAll(attached: readonly { readonly arn: string }[], partition: Partition): boolean {
  const own = denyAllArn(partition);
  return attached.some(({ arn }) => arn === own);
}

/**
 * Which parts the user shows as they are wanted; null where that could not be read. Where there is no such user, nothing
 * is left to want.
 */
export function satisfied(
  containment: Containment,
  look: ContainedLook,
): Readonly<Record<ContainmentPart, boolean | null>> {
  if (look.user !== 'there') return { key: true, deny: true, date: true };
  return {
    key: look.keys === null ? null : areKeysAsWanted(containment, look.keys),
    deny: isDenied(containment) ? isDeniedBy(containment, look) : isDenyOff(containment, look),
    date: isDated(containment, look.at) ? look.dateDeny === 'ours' : (look.dateDeny ?? 'none') === 'none',
  };
}

function areKeysAsWanted(containment: Containment, keys: NonNullable<ContainedLook['keys']>): boolean {
  const listed = statusesIn(keys);
  return [...wantedKeys(containment)].every(([id, status]) => {
    const now = listed.get(id);
    // A key that is gone cannot be used, and cannot be given back.
    return now === undefined || (status === 'Active' ? now === 'Active' : now !== 'Active');
  });
}

function isDeniedBy({ partition }: Containment, { attached, inlineDeny }: ContainedLook): boolean {
  return inlineDeny === 'ours' || hasDenyAll(attached ?? [], partition);
}

function isDenyOff(containment: Containment, look: ContainedLook): boolean | null {
  if ((look.inlineDeny ?? 'none') !== 'none') return false;
  if (look.attached === null && containment.deny?.attached === true) return null;
  return !isOursAttached(containment, look);
}

function statusesIn(
  keys: ContainedLook['keys'],
): ReadonlyMap<string, NonNullable<ContainedLook['keys']>[number]['status']> {
  return new Map((keys ?? []).map(({ accessKeyId, status }) => [accessKeyId, status]));
}

/** Whether the deny that is attached is ours to take off. */
function isOursAttached(
  { deny, deniedBefore, partition }: Containment,
  { attached }: ContainedLook,
): boolean {
  return deny?.attached === true && !deniedBefore && hasDenyAll(attached ?? [], partition);
}

/**
 * What is to be changed now, all of it at once. Deny-All comes off only after the deny of sessions from before, where
 * that is wanted, was read back. What failed waits for its time. Where nothing is held any more only the deny of sessions
 * from before is seen to its end.
 */
export function effectsOf(containment: Containment, look: ContainedLook): readonly ContainmentEffect[] {
  const { parts, changedAt, state } = containment;
  const is = satisfied(containment, look);
  const justSent = changedAt !== null && look.at - changedAt < SENT_AGAIN_MS;
  return [
    ...(is.key === true ? [] : keyEffects(containment, look)),
    ...(is.deny === false ? denyEffects(containment, look) : []),
    ...(is.date === false ? dateEffects(containment, look) : []),
  ].filter(({ part }) => {
    const { failure } = parts[part];
    if (isAtRest(state) && part !== 'date') return false;
    return failure === null ? !justSent : failure.retryAt <= look.at;
  });
}

function keyEffects(containment: Containment, look: ContainedLook): ContainmentEffect[] {
  if (look.keys === null) return unreadKeyEffects(containment, look.at);
  const listed = statusesIn(look.keys);
  return [...wantedKeys(containment)].flatMap(([accessKeyId, status]): ContainmentEffect[] => {
    const differs = listed.get(accessKeyId) === (status === 'Active' ? 'Inactive' : 'Active');
    return differs ? [{ part: 'key', what: 'set_key', accessKeyId, status }] : [];
  });
}

/**
 * How a key is cannot be read: one that was stolen is made Inactive all the same, again and again since nothing shows
 * whether it stays so; one that is given back is activated once.
 */
function unreadKeyEffects(containment: Containment, at: number): ContainmentEffect[] {
  const { keys, holders } = containment;
  return [...wantedKeys(containment)].flatMap(([accessKeyId, status]): ContainmentEffect[] => {
    const sent = keys.find((key) => key.accessKeyId === accessKeyId)?.sent;
    const isStolen = holders.some((each) => each.accessKeyId === accessKeyId && each.kind === 'stolen');
    const stands = sent?.status === status && (status === 'Active' || at - sent.at < UNREAD_AGAIN_MS);
    return stands || !isStolen ? [] : [{ part: 'key', what: 'set_key', accessKeyId, status, unread: true }];
  });
}

function denyEffects(containment: Containment, look: ContainedLook): ContainmentEffect[] {
  const { deny, parts } = containment;
  if (isDenied(containment)) {
    // Whether AWSDenyAll was there before cannot be told without the list: the inline one is ours for sure.
    const inline = deny?.way === 'inline' || look.attached === null;
    return [{ part: 'deny', what: inline ? 'put_deny' : 'attach_deny' }];
  }
  if (isDated(containment, look.at) && parts.date.reads < CONFIRM_READS) return [];
  return [
    ...(isOursAttached(containment, look) ? [{ part: 'deny', what: 'detach_deny' } as const] : []),
    ...((look.inlineDeny ?? 'none') === 'none' ? [] : [{ part: 'deny', what: 'delete_deny' } as const]),
  ];
}

function dateEffects(containment: Containment, { at }: ContainedLook): ContainmentEffect[] {
  const { dateDeny } = containment;
  return dateDeny !== null && isDated(containment, at)
    ? [{ part: 'date', what: 'put_date', issuedBefore: dateDeny.issuedBefore }]
    : [{ part: 'date', what: 'delete_date' }];
}

/** What was read, taken in: how far each part is confirmed, and what appeared or was undone. Pure. */
export function afterLook(row: Containment, look: ContainedLook): Containment {
  const before = withPrior(row, look);
  const is = satisfied(before, look);
  const inPlay = partsInPlay(before, look.at);
  const standings = CONTAINMENT_PARTS.map((part): [ContainmentPart, PartStanding] => {
    const { reads, failure } = before.parts[part];
    if (!inPlay.includes(part)) return [part, { reads: 0, failure: null }];
    // Without the user nothing shows how a part stands.
    if (look.user !== 'there') return [part, { reads: 0, failure }];
    const shown = is[part];
    if (shown === null) return [part, { reads, failure }];
    return [part, shown ? { reads: reads + 1, failure: null } : { reads: 0, failure }];
  });
  const undone = inPlay.filter((part) => is[part] === false && wasUndone(before, part, look.at));
  const next = {
    ...before,
    parts: Object.fromEntries(standings) as Containment['parts'],
    absent: look.user === 'there' ? 0 : before.absent + 1,
    trouble: look.unread === undefined ? null : { ...look.unread, at: row.trouble?.at ?? look.unread.at },
    putBack: before.putBack + undone.length,
    lastPutBackAt: undone.length === 0 ? before.lastPutBackAt : look.at,
  };
  const said = undone.filter((part) => !saidLately(before, part, look.at));
  const events = [
    ...restedEvents(row, look),
    ...said.map((part) => eventOf(look.at, 'put_back', part)),
    ...appeared(row, before, look),
  ];
  if (look.user !== 'there') return remember(next, events);
  const { keys, attached, inline } = look;
  const later = untoldPolicies(row, before, look);
  const seen = (known: readonly string[], read: readonly string[]): string[] => [
    ...new Set([...known, ...read.filter((name) => !later.has(name))]),
  ];
  return {
    ...remember(next, events),
    quarantine: attached === null ? before.quarantine : quarantinePolicies(attached),
    seenKeys: [...new Set([...before.seenKeys, ...(keys ?? []).map(({ accessKeyId }) => accessKeyId)])],
    seenPolicies: seen(
      before.seenPolicies,
      (attached ?? []).map(({ arn }) => arn),
    ),
    seenInline:
      inline === null || inline === undefined ? before.seenInline : seen(before.seenInline ?? [], inline),
  };
}

/** What was not known yet of how things were before us. */
function withPrior(row: Containment, look: ContainedLook): Containment {
  if (look.user !== 'there') return row;
  const { keys: read, attached } = look;
  const deniedBefore =
    row.deniedBefore ?? (row.deny === null || attached === null ? null : hasDenyAll(attached, row.partition));
  if (read === null) return { ...row, deniedBefore };
  const listed = statusesIn(read);
  // A list that lags shows a key not yet: only what several in a row do not show is gone, and what one shows is not.
  const missed = row.parts.key.reads + 1 < CONFIRM_READS ? 'unread' : 'gone';
  const keys = row.keys.map((key): ContainedKey => {
    if (key.before === 'unread') return { ...key, before: listed.get(key.accessKeyId) ?? missed };
    return key.before === 'gone' ? { ...key, before: listed.get(key.accessKeyId) ?? 'gone' } : key;
  });
  const left = new Set(leftOn(row, look));
  return {
    ...row,
    keys: keys
      .filter(({ accessKeyId }) => !left.has(accessKeyId))
      .map((key): ContainedKey => withMisses(key, listed.has(key.accessKeyId))),
    deniedBefore,
  };
}

/** Now that it was read; how often in a row it was not listed, of a key that was there. */
function withMisses({ accessKeyId, before, missed = 0 }: ContainedKey, isListed: boolean): ContainedKey {
  if (isListed || before === 'gone' || before === 'unread') return { accessKeyId, before };
  return { accessKeyId, before, missed: Math.min(CONFIRM_READS, missed + 1) };
}

/**
 * Whether somebody undid a part that is held: it was confirmed since our last change, or seen as wanted since where
 * somebody is at it already, or the time in which a replica may still show how it was before that is over.
 */
function wasUndone(
  { state, parts, putBack, changedAt }: Containment,
  part: ContainmentPart,
  at: number,
): boolean {
  if (state !== 'holding' || parts[part].failure !== null) return false;
  const { reads } = parts[part];
  return reads >= CONFIRM_READS || (reads > 0 && putBack > 0) || at - (changedAt ?? at) > LAG_MS;
}

/** The names of our own inline policies that must be read to know how things stand. */
export function inlineToRead({ deny, dateDeny }: Pick<Containment, 'deny' | 'dateDeny'>): readonly string[] {
  return [...(deny?.inline === true ? [INLINE_DENY] : []), ...(dateDeny === null ? [] : [INLINE_DATE_DENY])];
}
