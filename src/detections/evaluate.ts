import { isAtLeast, type Severity } from '../domain/notice.ts';
import type { Caller, CloudTrailEvent } from './event.ts';
import { isAway, isHabit, isToolAtHome, isUnheardOf } from './habit.ts';
import { SESSION_MAKERS } from './lineage.ts';
import { isOfInstance } from './instance.ts';
import { isNews } from './news.ts';
import { isStrange, NOTHING, type Novelty } from './novelty.ts';
import { DAY, HOUR, type Profile } from './profile.ts';
import { RULES } from './registry.ts';
import type { About, Finding, Rule, Trigger } from './rule.ts';
import { shortFacts, type Signal } from './signal.ts';

const byAction = new Map<string, Rule[]>();
const byTrigger = new Map<Trigger, Rule[]>();
for (const rule of RULES) {
  for (const action of rule.actions) byAction.set(action, [...(byAction.get(action) ?? []), rule]);
  for (const trigger of rule.triggers ?? [])
    byTrigger.set(trigger, [...(byTrigger.get(trigger) ?? []), rule]);
}

const matching = RULES.filter(({ matches }) => matches !== undefined);

const NONE: readonly Signal[] = [];
const NO_RULES: readonly Rule[] = [];
/** Which rules look at an API is found out once; a hostile trail could name any number. */
const MOST_APIS = 30_000;
const byApi = new Map<string, readonly Rule[]>();
/** A key that was silent for so long and acts again has woken. */
const ASLEEP = 30 * DAY;
/** Destroying, encrypting, stopping, blinding. */
const HARM = /^T(?:1485|1486|1489|1490|1562)/;
const MANY_HARMS = 3;
/** Discovery calls count as one sweep inside this time. */
export const SWEEP = 10 * 60_000;

const MAKERS = new Set(SESSION_MAKERS);

/** True for actions whose parameters are read: by a rule, or to follow sessions. */
export function isWanted(action: string): boolean {
  return rulesOf(action).length > 0 || MAKERS.has(action);
}

/** The rules that look at an API: those that name it, and those whose pattern it fits. */
function rulesOf(action: string): readonly Rule[] {
  const known = byApi.get(action);
  if (known !== undefined) return known;
  const named = byAction.get(action) ?? NO_RULES;
  const fitting = matching.filter((rule) => rule.matches?.test(action) === true && !named.includes(rule));
  const rules = fitting.length === 0 ? named : [...named, ...fitting];
  if (byApi.size < MOST_APIS) byApi.set(action, rules);
  return rules;
}

/** True when no rule is asked about an event: most are like that, and need no more. */
export function isOrdinary(event: CloudTrailEvent, profile: Profile, novelty: Novelty): boolean {
  return (
    novelty === NOTHING &&
    !event.denied &&
    event.agent.attackTool === null &&
    event.caller.type !== 'Root' &&
    !(profile.events === 0 && (event.call.isDiscovery || isOfInstance(event.caller))) &&
    rulesOf(event.call.action).length === 0 &&
    (event.at ?? 0) - profile.lastSeen <= ASLEEP
  );
}

/**
 * Judges one event. What it counts, and what it already reported, it notes in `about.profile.recent`; beyond that it
 * changes nothing. The profile itself learns the event afterwards (`Profile.learn`).
 */
export function evaluate(event: CloudTrailEvent, about: About): readonly Signal[] {
  const actionRules = rulesOf(event.call.action);
  const triggers = triggersOf(event, about);
  if (actionRules.length === 0 && triggers.length === 0) return NONE;
  const asked = new Set<Rule>(actionRules);
  for (const trigger of triggers) for (const rule of byTrigger.get(trigger) ?? []) asked.add(rule);
  const signals: Signal[] = [];
  let worst: Severity | null = null;
  const tell = (rule: Rule): void => {
    const finding = rule.judge(event, about);
    if (finding === null) return;
    const found = finding.severity ?? rule.severity;
    const isMore = worst === null || !isAtLeast(worst, found);
    if (rule.otherwise === true && !isMore) return;
    // That a stranger does it is no word about what he does.
    if (isMore && rule.family !== 'new for this key') worst = found;
    const severity = severityOf(rule, finding, event, about);
    if (severity !== null && isNews(rule, finding, severity, event, about))
      signals.push(signalOf(rule, finding, inOneLook(rule, severity, about), event, about));
  };
  for (const rule of asked) if (rule.otherwise !== true) tell(rule);
  for (const rule of asked) if (rule.otherwise === true) tell(rule);
  return signals;
}

function triggersOf(event: CloudTrailEvent, about: About): readonly Trigger[] {
  const { novelty, profile, now } = about;
  const triggers: Trigger[] = [];
  if (isStrange(novelty) || novelty.region || novelty.service || novelty.action) triggers.push('novel');
  if (event.denied) triggers.push('denied');
  if (about.note !== null) triggers.push('noted');
  if (about.birth !== null) triggers.push('born');
  if (event.agent.attackTool !== null) triggers.push('tool');
  if (event.caller.type === 'Root') triggers.push('root');
  if (profile.events === 0 && isOfInstance(event.caller)) triggers.push('begun');
  if (about.first !== null) triggers.push('elsewhere');
  if (profile.events > 0 && now - profile.lastSeen > ASLEEP && !event.byService) triggers.push('woken');
  if (event.call.isDiscovery && isSweeping(event, about)) triggers.push('discovery');
  return triggers;
}

/** Notes a call that tells about the account when this key never made it before. */
function isSweeping(event: CloudTrailEvent, { profile, now }: About): boolean {
  if (event.byService || event.fromConsole || event.at === null || !isKnown(event.caller)) return false;
  if (profile.isFamiliar(event) || profile.tables.actions.lastSeen(event.call.action) !== null) return false;
  return profile.recent.note('discovery', event.call.action, now, now - SWEEP);
}

function isKnown({ arn, longTermKeyId, sessionKeyId }: Caller): boolean {
  return arn !== null || longTermKeyId !== null || sessionKeyId !== null;
}

/** The severity after what habit and the console say; null when it is not worth a word. */
function severityOf(rule: Rule, finding: Finding, event: CloudTrailEvent, about: About): Severity | null {
  const severity = finding.severity ?? rule.severity;
  if (rule.always === true) return severity;
  if (event.byService || isToolAtHome(event, about)) return null;
  const isNew = isUnheardOf(rule, finding, event, about);
  if (!isNew && isHabit(event, about)) return null;
  // A person who administers an account in the console does many of these things, one by one.
  if (!event.fromConsole || about.keyId !== null) return severity;
  if (severity === 'info' || severity === 'low') return null;
  // But he seldom lets strangers in, comes from where he never was, or does harm of every kind in one go.
  const isGrave = isAtLeast(severity, 'high') && (finding.strangers ?? []).length > 0;
  return isGrave || isAway(event, about) || isOneOfManyHarms(rule, about) ? 'medium' : 'low';
}

/** True when rules about harm find one thing after the other: data, keys, backups, guards. Notes that this one did. */
function isOneOfManyHarms({ id, technique }: Rule, { profile, now }: About): boolean {
  if (!HARM.test(technique)) return false;
  profile.recent.note('harms', id, now, now);
  return profile.recent.since('harms', now - HOUR).length >= MANY_HARMS;
}

/**
 * Several rules see the same look around. Of a key that is not settled, which begins with one, the first tells of it, and
 * the others only add what they know.
 */
function inOneLook(rule: Rule, severity: Severity, { profile, now }: About): Severity {
  const isLook = rule.triggers?.includes('discovery') === true && severity === 'medium';
  if (!isLook || profile.isSettled) return severity;
  const { recent } = profile;
  if (recent.since('looks told of', now - SWEEP).some((each) => each !== rule.id)) return 'low';
  recent.note('looks told of', rule.id, now, now);
  return severity;
}

function signalOf(
  rule: Rule,
  finding: Finding,
  severity: Severity,
  event: CloudTrailEvent,
  { keyId }: About,
): Signal {
  return {
    id: `${rule.id}/${event.id}`,
    rule: rule.id,
    title: rule.title,
    severity,
    technique: rule.technique,
    accessKeyId: keyId,
    sessionKeyId: event.caller.sessionKeyId,
    principalArn: event.caller.arn,
    eventID: event.eventID,
    eventTime: event.eventTime,
    at: event.at,
    eventName: event.call.name,
    service: event.call.service,
    region: event.region,
    address: event.address?.text ?? null,
    network: event.address?.prefix ?? null,
    agent: event.agent.kind === 'unknown' ? null : event.agent.family,
    facts: shortFacts({ ...(event.errorCode === null ? {} : { error: event.errorCode }), ...finding.facts }),
  };
}
