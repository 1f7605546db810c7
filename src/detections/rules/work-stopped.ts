import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { flagAt, listAt, numberAt, textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const MANY = 5;

/** What a call stops, one by one; nothing when it only makes less of it. */
function stopped({ asked, agent, call: { name }, id }: CloudTrailEvent): readonly string[] {
  if (name === 'StopInstances') {
    return listAt(asked, 'instancesSet', 'items').flatMap((each) => textAt(each, 'instanceId') ?? []);
  }
  if (name === 'UpdateService' && numberAt(asked, 'desiredCount') !== 0) return [];
  if (name === 'UpdateAutoScalingGroup' && numberAt(asked, 'maxSize') !== 0) return [];
  if (name === 'PutFunctionConcurrency' && numberAt(asked, 'reservedConcurrentExecutions') !== 0) return [];
  if (name === 'UpdateDistribution' && flagAt(asked, 'distributionConfig', 'enabled') !== false) return [];
  // A tool takes the way out of a network with the network.
  if (
    name === 'DeleteRoute' &&
    (agent.kind === 'infrastructure' || textAt(asked, 'destinationCidrBlock') !== '0.0.0.0/0')
  )
    return [];
  // All that comes or goes is turned away.
  if (
    name.endsWith('NetworkAclEntry') &&
    (textAt(asked, 'ruleAction') !== 'deny' || textAt(asked, 'cidrBlock') !== '0.0.0.0/0')
  )
    return [];
  const what =
    textAt(asked, 'service') ??
    textAt(asked, 'autoScalingGroupName') ??
    textAt(asked, 'functionName') ??
    textAt(asked, 'dBInstanceIdentifier') ??
    textAt(asked, 'dBClusterIdentifier') ??
    textAt(asked, 'volumeId') ??
    textAt(asked, 'queueUrl') ??
    id;
  return [`${name} ${what}`];
}

/** What is kept from running until somebody says so: hardly anybody but its owner has a reason. */
const HALTED =
  /^(?:UpdateService|UpdateAutoScalingGroup|PutFunctionConcurrency|StopDB(?:Instance|Cluster)|PurgeQueue|UpdateDistribution|DeleteNatGateway|(?:Detach|Delete)InternetGateway|(?:Create|Replace)NetworkAclEntry|DeleteRoute)$/;

/** Running work stopped. */
export const workStopped: Rule = {
  id: 'work-stopped',
  title: 'Running work stopped in many places',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1489',
  whatToDo: 'Stop the key, then start again what it stopped.',
  falseAlarms: 'Schedules that stop machines at night, and maintenance; they are known by their habit.',
  actions: words(`
    ec2:StopInstances ec2:DetachVolume rds:StopDBInstance rds:StopDBCluster ecs:UpdateService
    autoscaling:UpdateAutoScalingGroup lambda:PutFunctionConcurrency sqs:PurgeQueue
    cloudfront:UpdateDistribution ec2:DeleteNatGateway ec2:DetachInternetGateway
    ec2:DeleteInternetGateway ec2:CreateNetworkAclEntry ec2:ReplaceNetworkAclEntry ec2:DeleteRoute fis:StartExperiment ec2:RevokeSecurityGroupIngress`),
  judge(event, about) {
    if (event.failed) return null;
    const { recent } = about.profile;
    const now = stopped(event);
    for (const each of now) recent.note('stopped', each, about.now, about.now);
    const count = recent.since('stopped', about.now - HOUR / 2).length;
    // An experiment of this kind breaks things on purpose.
    const isTrial = event.call.service === 'fis';
    const isHalted = now.length > 0 && HALTED.test(event.call.name) && isUnexplained(event, about);
    if (count < MANY && !isTrial && !isHalted) return null;
    return {
      facts: { stopped: count, last: event.call.action },
      of: isTrial ? 'trial' : count < MANY ? event.call.name : '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'six instances at once',
        records: [
          call('ec2:StopInstances', {
            asked: {
              instancesSet: { items: [1, 2, 3, 4, 5, 6].map((each) => ({ instanceId: `i-${each}` })) },
            },
          }),
        ],
      },
      { why: 'an experiment that breaks things', records: [call('fis:StartExperiment')] },
    ],
    quiet: [
      {
        why: 'services get new versions',
        records: [1, 2, 3, 4, 5, 6].map((each) =>
          call('ecs:UpdateService', { asked: { service: `s${each}`, desiredCount: 2 }, minute: each }),
        ),
      },
      {
        why: 'one instance',
        records: [call('ec2:StopInstances', { asked: { instancesSet: { items: [{ instanceId: 'i-1' }] } } })],
      },
    ],
  }),
};
