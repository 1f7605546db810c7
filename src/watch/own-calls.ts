import type { CloudTrailEvent } from '../detections/event.ts';
import { textAt } from '../detections/json.ts';
import type { Profile } from '../detections/profile.ts';
import type { OwnIdentity, OwnRotation } from '../ports/judges.ts';
import { MINUTE } from './spans.ts';

/** What watching itself leaves behind in every region it reads. */
const POLLING: ReadonlySet<string> = new Set(['cloudtrail:LookupEvents', 'ec2:DescribeRegions']);
/** Calls that change nothing although their names do not say so. */
const HARMLESS: ReadonlySet<string> = new Set([
  'iam:GenerateCredentialReport',
  'iam:SimulatePrincipalPolicy',
]);

/** How far AWS's clock may be from ours. */
const SKEW = 5 * MINUTE;

export function isPolling({ call }: CloudTrailEvent): boolean {
  return POLLING.has(call.action);
}

/**
 * True for what Rekey itself looks up, and for what the journal of a rotation says that it did to a key: it signs with a
 * connection's key or role, names itself, and comes from a network this key works from. What somebody else does with a
 * stolen connection's key is judged: from elsewhere, or as soon as it changes anything else.
 */
export function isOurs(event: CloudTrailEvent, own: OwnIdentity, profile: Profile): boolean {
  const { caller, call, address } = event;
  const signs =
    (caller.longTermKeyId !== null && own.accessKeyIds.includes(caller.longTermKeyId)) ||
    (caller.issuerArn !== null && own.roleArns.includes(caller.issuerArn));
  if (!signs || !namesItself(event)) return false;
  const changesNothing = call.isRead || HARMLESS.has(call.action);
  if (!changesNothing && !own.rotations.some((rotation) => isOfRotation(event, rotation))) return false;
  const { prefixes } = profile.tables;
  return address === null || prefixes.size === 0 || prefixes.lastSeen(address.prefix) !== null;
}

/** True when Rekey asks, with a key that a rotation made, who that key is: nobody else has it before it is delivered. */
export function isTrial(event: CloudTrailEvent, { rotations }: OwnIdentity): boolean {
  const { longTermKeyId: keyId } = event.caller;
  if (keyId === null || event.call.action !== 'sts:GetCallerIdentity' || !namesItself(event)) return false;
  return rotations.some(
    ({ made, triedTo }) => made.includes(keyId) && (triedTo === null || (event.at ?? Infinity) <= triedTo),
  );
}

function namesItself({ agent }: CloudTrailEvent): boolean {
  return agent.text !== null && /\brekey\//.test(agent.text);
}

/** By the key, which AWS names; where its answer was lost, by the number that only this call had. */
function isOfRotation(event: CloudTrailEvent, { userName, made, tries, ended }: OwnRotation): boolean {
  const { call, asked, answered, agent, at } = event;
  if (textAt(asked, 'userName') !== userName) return false;
  const keyId = textAt(asked, 'accessKeyId');
  switch (call.action) {
    case 'iam:CreateAccessKey': {
      const newKeyId = textAt(answered, 'accessKey', 'accessKeyId');
      if (newKeyId !== null && made.includes(newKeyId)) return true;
      return tries.some(
        ({ nonce, from, to }) =>
          agent.text?.includes(nonce) === true && at !== null && at >= from - SKEW && at <= to + SKEW,
      );
    }
    case 'iam:UpdateAccessKey':
      return textAt(asked, 'status') === 'Inactive' && keyId !== null && ended.includes(keyId);
    case 'iam:DeleteAccessKey':
      return keyId !== null && ended.includes(keyId);
    default:
      return false;
  }
}
