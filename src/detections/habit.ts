import type { Address } from './address.ts';
import type { CloudTrailEvent } from './event.ts';
import { DAY } from './profile.ts';
import type { About, Finding, Rule } from './rule.ts';
import type { Table } from './table.ts';

/** A tool that manages infrastructure is the key's habit once it has made this many calls from this network. */
const HABITUAL_CALLS = 25;
/** New operators for each active day from which on one more says nothing. */
const TRAVELS = 0.25;
const NEARLY_A_WEEK = 6 * DAY;
/** New networks for each active day from which on a key is at home nowhere. */
const ROAMS = 0.5;
/** So many things that one rule found are kept: half of what there is room for. */
const MOST_FOUND = 64;
/** Not one more among many. */
const EVERYBODY = /^(?:\*|all|everybody|public)$/;

/** What no tool for infrastructure does, whatever it says it is: it sets things up, and neither works in them nor leaves. */
const NO_TOOL_DOES =
  /^(?:ec2-instance-connect:Send|ssm:StartSession|ssm-guiconnect:|ecs:ExecuteCommand|sts:(?:GetFederationToken|AssumeRoot)|ses:Send|bedrock:(?:Invoke|Converse)|rds-?data:|redshift-data:|ebs:GetSnapshotBlock|organizations:LeaveOrganization|lightsail:(?:GetInstanceAccessDetails|DownloadDefaultKeyPair)|secretsmanager:BatchGetSecretValue|codecommit:GitPull|signin:)/;
const ANSIBLE = 'Ansible';

/** True for a tool that manages infrastructure, where the key works with it as a matter of course. */
export function isToolAtHome({ agent, address, call }: CloudTrailEvent, about: About): boolean {
  const { profile, now } = about;
  if (profile.events === 0 || address === null || agent.kind !== 'infrastructure') return false;
  // Ansible goes into machines as well.
  if (agent.family !== ANSIBLE && NO_TOOL_DOES.test(call.action)) return false;
  const { tables } = profile;
  return (
    tables.agents.count(agent.family) >= HABITUAL_CALLS &&
    isAtHome(address, about, (network, where) =>
      // Its first network needs no day to be known: a new account is set up on the first. Later ones do, for a thief can
      // call himself a tool and make as many calls as it takes.
      network === 'prefixes' && !profile.isSettled
        ? tables.prefixes.count(where) >= HABITUAL_CALLS
        : profile.isEstablished(network, where, now),
    )
  );
}

/** True when this key does this, with this program, from this network, as a matter of course; or tries it in vain. */
export function isHabit({ agent, address, call, denied }: CloudTrailEvent, about: About): boolean {
  const { profile, now } = about;
  if (profile.events === 0 || address === null) return false;
  const what = denied ? 'refused' : 'actions';
  return (
    isRepeated(profile.tables[what], call.action, now) &&
    profile.isEstablished(what, call.action, now) &&
    profile.isEstablished('agents', agent.family, now) &&
    isAtHome(address, about, (network, where) => profile.isEstablished(network, where, now))
  );
}

/**
 * True when a rule that judges what a call asks for finds something with this call for the first time, or something that
 * names what it never named before: who copies files each day has no habit of encrypting them with a stranger's key.
 * Notes it, so that it is news once. Of what is only read, one thing is as good as another. A shape over time is made of
 * calls that may each be habit: it counts as unheard of only for what it names, such as that a list came first.
 */
export function isUnheardOf(
  rule: Rule,
  { strangers = [] }: Finding,
  event: CloudTrailEvent,
  { profile, now }: About,
): boolean {
  if (event.failed || event.fromConsole) return false;
  const isShape = rule.family === 'shape over time';
  if (isShape ? strangers.length === 0 : rule.family !== 'bad on any key' || event.call.isRead) return false;
  const { recent } = profile;
  const isOfRule = (each: string): boolean => each.startsWith(`${rule.id} `);
  let room = MOST_FOUND - recent.since('found', 0).filter(isOfRule).length;
  let isNew = false;
  const itself = isShape ? [] : [event.call.action];
  const graver = new Set([...itself, ...strangers.filter((each) => EVERYBODY.test(each))]);
  for (const each of new Set([...graver, ...strangers.slice(0, MOST_FOUND)])) {
    const what = `${rule.id} ${each}`.slice(0, 200);
    const last = recent.last('found', what);
    // A key that named so many names others all the time: one more is its habit, and the old ones are not forgotten for it.
    if (last === null && room <= 0 && !graver.has(each)) continue;
    if (last === null) [isNew, room] = [true, room - 1];
    // Once a day does: the oldest makes room.
    if (last === null || now - last > DAY) recent.note('found', what, now, now);
  }
  return isNew;
}

/** True where a principal that is known comes from an operator it has not known for a day, unless it meets new ones always. */
export function isAway({ address }: CloudTrailEvent, { profile, place, now }: About): boolean {
  if (address === null || !profile.isSettled || profile.novelty('operators') > TRAVELS) return false;
  const { operator } = place();
  return operator !== null && !profile.isEstablished('operators', operator, now);
}

/** Done twice before; or once, so long ago that it may be what is done each week. */
function isRepeated(table: Table, action: string, now: number): boolean {
  const count = table.count(action);
  return count >= 2 || (count === 1 && (table.firstSeen(action) ?? now) <= now - NEARLY_A_WEEK);
}

/** A key is at home in its networks; one that meets new networks all the time, with the operators it comes from. */
function isAtHome(
  { prefix }: Address,
  { profile, place }: About,
  isHome: (network: 'prefixes' | 'operators', where: string) => boolean,
): boolean {
  if (isHome('prefixes', prefix)) return true;
  const operator = profile.novelty('prefixes') > ROAMS ? place().operator : null;
  return operator !== null && isHome('operators', operator);
}
