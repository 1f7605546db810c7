import { isOfOneJob, ROAMS } from '../at-home.ts';
import { call, ordinary } from '../example.ts';
import { isStrange } from '../novelty.ts';
import type { Rule } from '../rule.ts';

const DAYS = 5;
/** A key that uses more services than this is a person's. */
const NARROW = 12;
const OFTEN = 0.3;
/** No program begins to use these on its own account. */
const WEIGHTY = new Set(['iam', 'organizations', 'cloudtrail', 'sso', 'lightsail', 'guardduty']);

/** Used for a service this key never used. */
export const serviceNew: Rule = {
  id: 'service-new',
  title: 'Used for a service this key never used',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1078.004',
  whatToDo: 'Ask the owner whether the program does something new.',
  falseAlarms: 'A program that grows; people who work with many services are known to.',
  actions: [],
  triggers: ['novel'],
  judge(event, about) {
    const { novelty, profile } = about;
    if (!novelty.service || !profile.isSettled || event.fromConsole || profile.activeDays < DAYS) return null;
    const { services } = profile.tables;
    if (services.size > NARROW || profile.growth('services') > OFTEN) return null;
    // A stranger is told of as such; to a key that meets new networks all the time, one more is nothing.
    const isStranger = isStrange(novelty) && !(profile.novelty('prefixes') > ROAMS && !novelty.agent);
    if (isStranger) return null;
    // Two things new at once are rarely chance: a service, and a program that came today.
    const { agents } = profile.tables;
    const isVisitor =
      agents.size > 1 &&
      isOfOneJob(about) &&
      event.call.service !== 'sts' &&
      !profile.isEstablished('agents', event.agent.family, about.now);
    return {
      severity: WEIGHTY.has(event.call.service) || isVisitor ? 'medium' : 'low',
      facts: { call: event.call.action, before: services.values.slice(0, 5).join(', ') },
      of: event.call.service,
    };
  },
  examples: () => ({
    fires: [
      {
        why: "a backup's key looks at users",
        learned: ordinary(9),
        records: [call('iam:ListUsers', { agent: 'Boto3/1.38.0' })],
      },
      {
        why: 'a program that came a minute ago goes on to another service',
        learned: ordinary(9),
        records: [call('sts:GetCallerIdentity'), call('logs:DescribeLogGroups', { minute: 1 })],
      },
    ],
    quiet: [
      {
        why: 'a service it knows',
        learned: ordinary(9),
        records: [call('s3:ListBuckets', { agent: 'Boto3/1.38.0' })],
      },
    ],
  }),
};
