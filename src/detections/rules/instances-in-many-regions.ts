import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Instances started in several regions. */
export const instancesInManyRegions: Rule = {
  id: 'instances-in-many-regions',
  title: 'Instances started in several regions',
  family: 'shape over time',
  severity: 'high',
  technique: 'T1496',
  whatToDo: 'Deactivate the key and stop the instances in every region.',
  falseAlarms: 'Programs spread over regions on purpose; they are known by their habit.',
  actions: [
    'ec2:RunInstances',
    'ec2:RequestSpotInstances',
    'ec2:RequestSpotFleet',
    'ec2:CreateFleet',
    'ecs:RunTask',
    'ecs:CreateCluster',
  ],
  quietFor: DAY,
  judge(event, about) {
    if (event.region === null) return null;
    const { recent } = about.profile;
    recent.note('instance regions', event.region, about.now, about.now);
    const regions = recent.since('instance regions', about.now - HOUR);
    return regions.length >= 3 ? { facts: { regions: regions.join(', ') }, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'in three regions within minutes',
        records: ['us-east-1', 'eu-west-1', 'ap-south-1'].map((region, minute) =>
          call('ec2:RunInstances', { region, minute, asked: { instanceType: 't3.large' } }),
        ),
      },
    ],
    quiet: [
      {
        why: 'in one',
        records: [1, 2, 3].map((minute) =>
          call('ec2:RunInstances', { minute, asked: { instanceType: 't3.large' } }),
        ),
      },
    ],
  }),
};
