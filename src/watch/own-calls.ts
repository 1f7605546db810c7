import type { CloudTrailEvent } from '../detections/event.ts';
import { textAt } from '../detections/json.ts';
import type { Profile } from '../detections/profile.ts';
import type { OwnAct } from '../domain/own-act.ts';
import type { OwnIdentity, OwnRotation } from '../ports/judges.ts';
import { MINUTE } from './spans.ts';

/** What watching itself leaves behind in every region it reads. */
const POLLING: ReadonlySet<string> = new Set(['cloudtrail:LookupEvents', 'ec2:DescribeRegions']);
/** Calls that change nothing although their names do not say so. */
const HARMLESS: ReadonlySet<string> = new Set([
  'iam:GenerateCredentialReport',
  'iam:SimulatePrincipalPolicy',
]);

/** The changes an act is made of. */
export const OWN_CALLS: ReadonlySet<string> = new Set([
  'iam:UpdateAccessKey',
  'iam:DeleteAccessKey',
  'iam:AttachUserPolicy',
  'iam:DetachUserPolicy',
  'iam:PutUserPolicy',
  'iam:DeleteUserPolicy',
  'iam:PutRolePolicy',
  'iam:DeleteRolePolicy',
]);

/** How far AWS's clock may be from ours. */
const SKEW = 5 * MINUTE;
/** No call is sent so long after it was written down, and none takes so long. */
const LONGEST_CALL = 2 * MINUTE;

const ACT = /\bact\/([0-9a-z]{26})(?![\w-])/;

export function isPolling({ call }: CloudTrailEvent): boolean {
  return POLLING.has(call.action);
}

/** The acts that changes signed by us say they are: what is on record of them decides. */
export function actsNamed(
  events: readonly { readonly event: CloudTrailEvent }[],
  own: OwnIdentity,
): readonly string[] {
  const ids = events.flatMap(({ event }) =>
    OWN_CALLS.has(event.call.action) && isSignedByUs(event, own) ? (actNamed(event) ?? []) : [],
  );
  return [...new Set(ids)];
}

/**
 * Tells Rekey's own calls: it signs with a connection's key or role, names itself, and comes from a network this key works
 * from. What somebody else does with a stolen connection's key is judged: from elsewhere, or as soon as it changes
 * anything that Rekey did not write down before it did exactly that.
 */
export class OwnCalls {
  readonly #own: OwnIdentity;
  readonly #acts: ReadonlyMap<string, OwnAct>;

  constructor(own: OwnIdentity, acts: readonly OwnAct[]) {
    this.#own = own;
    this.#acts = new Map(acts.map((act) => [act.id, act]));
  }

  /**
   * - `look`: it changes nothing
   * - `on record`: a change that Rekey wrote down, or the trial of a key it made
   * - null: not known for ours, and judged like anybody's
   */
  kindOf(event: CloudTrailEvent, profile: Profile): 'look' | 'on record' | null {
    if (isTrial(event, this.#own)) return 'on record';
    if (!isSignedByUs(event, this.#own) || !isAtHome(event, profile)) return null;
    if (event.call.isRead || HARMLESS.has(event.call.action)) return 'look';
    const isKnown = this.#isAct(event) || this.#own.rotations.some((rotation) => isMaking(event, rotation));
    return isKnown ? 'on record' : null;
  }

  #isAct(event: CloudTrailEvent): boolean {
    const act = this.#acts.get(actNamed(event) ?? '');
    const { at, call, asked, denied } = event;
    if (act === undefined || act.action !== call.action || at === null) return false;
    if (at < act.at - SKEW || at > act.at + LONGEST_CALL + SKEW) return false;
    // Of what it refused for want of a right AWS may not write what was asked for.
    if (denied && asked === null) return true;
    return Object.entries(act.asked).every(([name, value]) => textAt(asked, name) === value);
  }
}

function isSignedByUs(event: CloudTrailEvent, own: OwnIdentity): boolean {
  const { longTermKeyId, issuerArn } = event.caller;
  const signs =
    (longTermKeyId !== null && isKeyOfOurs(longTermKeyId, event.at, own)) ||
    (issuerArn !== null && own.roleArns.includes(issuerArn));
  return signs && namesItself(event);
}

function isKeyOfOurs(keyId: string, at: number | null, { accessKeyIds, changing }: OwnIdentity): boolean {
  if (accessKeyIds.includes(keyId)) return true;
  return changing.some(
    ({ accessKeyId, until }) =>
      accessKeyId === keyId && (until === null || (at !== null && at <= until + SKEW)),
  );
}

function isAtHome({ address }: CloudTrailEvent, { tables: { prefixes } }: Profile): boolean {
  return address === null || prefixes.size === 0 || prefixes.lastSeen(address.prefix) !== null;
}

/** True when Rekey asks, with a key that a rotation made, who that key is: nobody else has it before it is delivered. */
function isTrial(event: CloudTrailEvent, { rotations }: OwnIdentity): boolean {
  const { longTermKeyId: keyId } = event.caller;
  if (keyId === null || event.call.action !== 'sts:GetCallerIdentity' || !namesItself(event)) return false;
  return rotations.some(
    ({ made, triedTo }) => made.includes(keyId) && (triedTo === null || (event.at ?? Infinity) <= triedTo),
  );
}

function namesItself({ agent }: CloudTrailEvent): boolean {
  return agent.text !== null && /\brekey\//.test(agent.text);
}

function actNamed({ agent }: CloudTrailEvent): string | null {
  return agent.text === null ? null : (ACT.exec(agent.text)?.[1] ?? null);
}

/** By the key, which AWS names; where its answer was lost, by the number that only this call had. */
function isMaking(event: CloudTrailEvent, { userName, made, tries }: OwnRotation): boolean {
  const { call, asked, answered, agent, at } = event;
  if (call.action !== 'iam:CreateAccessKey' || textAt(asked, 'userName') !== userName) return false;
  const newKeyId = textAt(answered, 'accessKey', 'accessKeyId');
  if (newKeyId !== null && made.includes(newKeyId)) return true;
  return tries.some(
    ({ nonce, from, to }) =>
      agent.text?.includes(nonce) === true && at !== null && at >= from - SKEW && at <= to + SKEW,
  );
}
