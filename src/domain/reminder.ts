import { FRESH_MS } from './assess-key.ts';
import type { Finding, FindingCode } from './finding.ts';
import type { AccountInventory, Gap, IamUser, InventoryKey } from './inventory.ts';
import type { KeyPolicy } from './key-policy.ts';
import type { KeyStanding } from './key-standing.ts';
import type { Ownership } from './owner.ts';
import { DAY_MS } from './time-words.ts';
import { isQuietedBySnooze } from './urgency.ts';

/** What a reminder is about: a finding, the end of a snooze, or how the sweeps of an account go. */
export type ReminderTopic = FindingCode | 'snooze_ended' | 'sweep_gaps' | 'sweep_failing';

/**
 * Where a topic stands in its schedule; a later stage is told again, an earlier one or the same is not.
 * - `before:N`, `due`, `after:N`: days from the maximum age; `after:N:GROUP` where the on-call group is mentioned
 * - `new`: told once
 * - `use:T`: the use at T; `since:T`: what came at T; `day:N`: after so many days
 * - `paused:T`, `ended:T`: a snooze until T runs, or is over
 */
export interface Stage {
  readonly topic: ReminderTopic;
  readonly stage: string;
  /**
   * When it began, where a policy says so: whoever was told since then is not told of it again, whatever the stage was
   * called under the policy of that time. Null where stages are compared by themselves.
   */
  readonly since: number | null;
  /** Told at once, whatever the hour. */
  readonly urgent: boolean;
  /** Only noted, so that its end can be told. */
  readonly silent: boolean;
}

/** What an audience was told of a topic last. */
export interface ToldStage {
  readonly finding: ReminderTopic;
  readonly stage: string;
  readonly at: number;
}

/** The people told first (owners, or whoever stands in for them) or the account's channel. */
export type Audience = 'owner' | 'channel';

const CHANNEL: Hearer = { audience: 'channel', callsOut: false };
/** What comes and goes is told when it has lasted; ms. */
const LASTING_MS = 2 * DAY_MS;
/** A sweep comes every few hours: this long, and more than one of them failed. */
const FAILING_MS = 6 * 3_600_000;

/** The stage of a maximum age and since when, or null before the first warning; stages missed meanwhile are left out. */
export function ageStage(
  dueAt: number,
  policy: KeyPolicy,
  now: number,
): { readonly stage: string; readonly since: number } | null {
  const days = (now - dueAt) / DAY_MS;
  if (days < 0) {
    const passed = policy.warnDays.filter((warning) => days >= -warning);
    if (passed.length === 0) return null;
    const before = Math.min(...passed);
    return { stage: `before:${before}`, since: dueAt - before * DAY_MS };
  }
  const every = Math.max(1, policy.repeatDays);
  const onCall = policy.onCallGroup !== null && days >= policy.onCallDays ? policy.onCallDays : 0;
  const after = Math.max(onCall, Math.floor(days / every) * every);
  return { stage: after === 0 ? 'due' : `after:${after}`, since: dueAt + after * DAY_MS };
}

/** Who a schedule is for. */
export interface Hearer {
  readonly audience: Audience;
  /** The on-call group is mentioned there. */
  readonly callsOut: boolean;
}

/** Where everything about a key stands, for one part of its audience. */
export function keyStages(
  standing: KeyStanding,
  policy: KeyPolicy,
  hearer: Hearer,
  now: number,
): readonly Stage[] {
  const { findings, snoozedUntil } = standing;
  const snoozed = snoozedUntil !== null && snoozedUntil > now;
  const heard = findings.filter(({ code }) => !snoozed || !isQuietedBySnooze(code));
  const stages = heard.flatMap((finding) => stageOf(finding, policy, hearer, now));
  if (!snoozed) return stages;
  const stage = `paused:${snoozedUntil}`;
  return [...stages, { topic: 'snooze_ended', stage, since: null, urgent: false, silent: true }];
}

function stageOf(finding: Finding, policy: KeyPolicy, { audience, callsOut }: Hearer, now: number): Stage[] {
  const { code, at, severity } = finding;
  const of = (stage: string, urgent = false, since: number | null = null): Stage[] => [
    { topic: code, stage, since, urgent, silent: false },
  ];
  switch (code) {
    case 'over_age':
    case 'due_soon': {
      if (at === null || (audience === 'channel' && now < at - policy.channelDays * DAY_MS)) return [];
      const age = ageStage(at, policy, now);
      if (age === null) return [];
      const called = callsOut && isForOnCall({ findings: [finding] }, policy, now);
      return of(called ? `${age.stage}:${policy.onCallGroup}` : age.stage, false, age.since);
    }
    case 'unexpected_use':
      return at === null ? [] : of(`use:${at}`, true);
    case 'quarantined':
      return of('new', severity === 'critical');
    case 'use_unknown':
      return at === null || now - at < LASTING_MS ? [] : of('new');
    case 'unused':
    case 'never_used':
    case 'inactive_long':
    case 'two_active_keys':
    case 'console_user':
    case 'owner_missing':
    case 'tag_missing':
    case 'age_unknown':
    case 'root_key':
      return of('new');
  }
}

/** Gaps that have lasted long enough to be told. */
export function lastingGaps(gaps: readonly Gap[], now: number): readonly Gap[] {
  return gaps.filter(({ since }) => now - since >= DAY_MS);
}

/** Since when the sweeps of an account fail, and why; null when they go well, or it is too early to say. */
export function sweepTrouble(
  { trouble, sweptAt }: Pick<AccountInventory, 'trouble' | 'sweptAt'>,
  now: number,
): { readonly since: number; readonly why: string } | null {
  if (trouble !== null && now - trouble.since >= FAILING_MS) return trouble;
  if (sweptAt === null || now - sweptAt < FRESH_MS) return null;
  return { since: sweptAt, why: trouble?.why ?? 'no sweep has come to its end since' };
}

/** Where everything about an account as a whole stands. */
export function accountStages(
  inventory: Pick<AccountInventory, 'gaps' | 'trouble' | 'sweptAt'>,
  findings: readonly Finding[],
  policy: KeyPolicy,
  now: number,
): readonly Stage[] {
  const stages = findings.flatMap((finding) => stageOf(finding, policy, CHANNEL, now));
  const of = (topic: ReminderTopic, stage: string, since: number | null = null): Stage => ({
    topic,
    stage,
    since,
    urgent: false,
    silent: false,
  });
  const gaps = lastingGaps(inventory.gaps, now);
  if (gaps.length > 0) {
    stages.push(of('sweep_gaps', `since:${Math.max(...gaps.map(({ since }) => since))}`));
  }
  const trouble = sweepTrouble(inventory, now);
  if (trouble !== null) {
    const every = Math.max(1, policy.repeatDays);
    const days = Math.floor((now - trouble.since) / DAY_MS / every) * every;
    stages.push(of('sweep_failing', `day:${days}`, trouble.since + days * DAY_MS));
  }
  return stages;
}

/** The stages that this audience was not told yet; a snooze noted before, and over now, is one. */
export function dueStages(
  stages: readonly Stage[],
  told: readonly ToldStage[],
  now: number,
): readonly Stage[] {
  const before = new Map(told.map((each) => [each.finding, each]));
  const due = stages.filter((stage) => isNew(stage, before.get(stage.topic), now));
  const paused = /^paused:(\d+)$/.exec(before.get('snooze_ended')?.stage ?? '')?.[1];
  const over = paused !== undefined && !stages.some(({ topic }) => topic === 'snooze_ended');
  // Without anything left to say of the key, its snooze ends in silence.
  if (!over || stages.every(({ silent }) => silent)) return due;
  const stage = `ended:${paused}`;
  return [...due, { topic: 'snooze_ended', stage, since: null, urgent: false, silent: false }];
}

/** Topics that were told and no longer hold: forgotten, so that they are told anew when they come back. */
export function topicsOver(
  current: ReadonlySet<ReminderTopic>,
  told: readonly ToldStage[],
): readonly ReminderTopic[] {
  const over = told
    .map(({ finding }) => finding)
    .filter((topic) => topic !== 'snooze_ended' && !current.has(topic));
  return [...new Set(over)];
}

/**
 * Whether it is known that a finding of a key is over: one that rests on what cannot be read just now is not, and is not
 * told again when it can.
 */
export function isSurelyOver(
  topic: ReminderTopic,
  { key, ownership, user }: OverFacts,
  now: number,
): boolean {
  switch (topic) {
    case 'unused':
    case 'never_used':
      return key.lastUse.kind !== 'unknown' && now - key.lastUse.asOf <= FRESH_MS;
    case 'owner_missing':
      return ownership.known || ownership.failed !== true;
    case 'console_user': {
      const password = user?.console;
      return password?.known === true;
    }
    case 'quarantined':
      return user?.quarantine.known === true;
    case 'tag_missing':
      return user?.tags.known === true;
    case 'unexpected_use':
    case 'root_key':
    case 'over_age':
    case 'due_soon':
    case 'inactive_long':
    case 'two_active_keys':
    case 'age_unknown':
    case 'use_unknown':
    case 'snooze_ended':
    case 'sweep_gaps':
    case 'sweep_failing':
      return true;
  }
}

interface OverFacts {
  readonly key: Pick<InventoryKey, 'lastUse'>;
  readonly ownership: Ownership;
  readonly user: IamUser | null;
}

/** Whether the on-call group is to be mentioned for a key. */
export function isForOnCall(
  { findings }: Pick<KeyStanding, 'findings'>,
  policy: KeyPolicy,
  now: number,
): boolean {
  if (policy.onCallGroup === null) return false;
  return findings.some(
    ({ code, at }) => code === 'over_age' && at !== null && now - at >= policy.onCallDays * DAY_MS,
  );
}

function isNew({ stage, since }: Stage, told: ToldStage | undefined, now: number): boolean {
  if (told === undefined) return true;
  const [group, called] = [stage, told.stage].map((each) => each.split(':')[2]);
  if (group !== undefined && group !== called) return true;
  // Told at a time to come: the clock was set back, and only the names of the stages say which came first.
  return since === null || told.at > now ? isLater(stage, told.stage) : since > told.at;
}

function isLater(stage: string, than: string): boolean {
  if (rankOf(stage) > rankOf(than)) return true;
  // One that was ended early was to last longer than the next may: that one's end is told as well.
  return stage.startsWith('paused:') && than.startsWith('ended:');
}

function rankOf(stage: string): number {
  const [name = '', number = '0'] = stage.split(':');
  const value = Number(number);
  switch (name) {
    case 'before':
      return -value;
    case 'paused':
      return 2 * value;
    case 'ended':
      return 2 * value + 1;
    default:
      return value;
  }
}
