import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { About, Finding, Rule } from '../rule.ts';
import { words } from '../words.ts';

const WITHIN = HOUR / 2;

/** Containers started in a cluster made just before: by a key with no reason to have one of its own. */
function clusterSetUp({ call: { name }, region, failed }: CloudTrailEvent, about: About): Finding | null {
  const { recent } = about.profile;
  if (name === 'CreateCluster') {
    if (!failed) recent.note('cluster made', '', about.now, about.now);
    return null;
  }
  return (recent.last('cluster made') ?? -Infinity) >= about.now - WITHIN
    ? { facts: { before: 'CreateCluster', call: name, region }, of: 'cluster' }
    : null;
}

/** A machine of one's own set up. */
export const machineSetUp: Rule = {
  id: 'machine-set-up',
  title: 'A machine started with a login or firewall made just before',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1578',
  whatToDo:
    'Ask the owner what the machine is for. Thieves make a key pair, a hole in the firewall and a machine in one go; look in all regions.',
  falseAlarms: 'Tools that build images or test machines; they are known by their habit.',
  actions: words(`
    ec2:CreateKeyPair ec2:ImportKeyPair ec2:CreateSecurityGroup ec2:RunInstances
    ec2:RequestSpotInstances ecs:CreateCluster ecs:RunTask ecs:CreateService`),
  quietFor: DAY,
  judge(event, about) {
    const { recent } = about.profile;
    const { name } = event.call;
    if (event.call.service === 'ecs') return isUnexplained(event, about) ? clusterSetUp(event, about) : null;
    if (name !== 'RunInstances' && name !== 'RequestSpotInstances') {
      recent.note('made for a machine', name, about.now, about.now);
      return null;
    }
    const made = recent.since('made for a machine', about.now - WITHIN);
    if (made.length === 0 || event.agent.kind === 'infrastructure' || about.keyId === null) return null;
    return { facts: { before: made.join(', '), call: name, region: event.region }, of: '' };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key pair, then a machine',
        records: [call('ec2:CreateKeyPair'), call('ec2:RunInstances', { minute: 1 })],
      },
    ],
    quiet: [
      { why: 'a machine alone', records: [call('ec2:RunInstances')] },
      {
        why: 'a tool that builds images',
        records: ['ec2:CreateKeyPair', 'ec2:RunInstances'].map((action, minute) =>
          call(action, { minute, agent: 'APN/1.0 HashiCorp/1.0 Packer/1.12.0' }),
        ),
      },
    ],
  }),
};
