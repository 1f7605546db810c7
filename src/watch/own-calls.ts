import type { CloudTrailEvent } from '../detections/event.ts';
import type { Profile } from '../detections/profile.ts';
import type { OwnIdentity } from '../ports/judges.ts';

/** What watching itself leaves behind in every region it reads. */
const POLLING: ReadonlySet<string> = new Set(['cloudtrail:LookupEvents', 'ec2:DescribeRegions']);
/** Calls that change nothing although their names do not say so. */
const HARMLESS: ReadonlySet<string> = new Set([
  'iam:GenerateCredentialReport',
  'iam:SimulatePrincipalPolicy',
]);

export function isPolling({ call }: CloudTrailEvent): boolean {
  return POLLING.has(call.action);
}

/**
 * True for what Rekey itself looks up: it signs with a connection's key or role, names itself, changes nothing, and
 * comes from a network this key works from. What somebody else does with a stolen connection's key is judged: from
 * elsewhere, or as soon as it changes anything.
 */
export function isOurs(event: CloudTrailEvent, own: OwnIdentity, profile: Profile): boolean {
  const { caller, agent, call, address } = event;
  const signs =
    (caller.longTermKeyId !== null && own.accessKeyIds.includes(caller.longTermKeyId)) ||
    (caller.issuerArn !== null && own.roleArns.includes(caller.issuerArn));
  if (!signs || !(call.isRead || HARMLESS.has(call.action))) return false;
  if (agent.text === null || !/\brekey\//.test(agent.text)) return false;
  const { prefixes } = profile.tables;
  return address === null || prefixes.size === 0 || prefixes.lastSeen(address.prefix) !== null;
}
