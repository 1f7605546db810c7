import { isUnexplained } from '../at-home.ts';
import { call, history } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const SWEEP = HOUR / 6;
const CALLS = 3;
/** Of users, rights, accounts and secrets, fewer calls say what somebody is after. */
const WEIGHTY = /^(?:iam|account|organizations|secretsmanager|sso|guardduty|cloudtrail):/;
/** Asks what there is. */
const LISTING = /:(?:List|Search|Lookup|Describe\w*s$|GetAccount|GetSend|GetCost|Generate|Simulate)/;
const FEW = 2;
const FAMILIAR = 5;
const FIRST = 5;

/** "Who am I", then looking around. */
export const whoAmIThenLookAround: Rule = {
  id: 'who-am-i-then-look-around',
  title: '"Who am I", then looking around',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1087.004',
  whatToDo: 'Ask the owner. This is what people do first with a key they found.',
  falseAlarms: 'Somebody new, or a new computer; scripts that check their identity are known by their habit.',
  actions: ['sts:GetCallerIdentity'],
  triggers: ['discovery'],
  quietFor: DAY,
  judge(event, about) {
    const { recent, tables } = about.profile;
    if (event.call.action === 'sts:GetCallerIdentity') {
      if (!event.fromConsole && tables.actions.count('sts:GetCallerIdentity') < FAMILIAR)
        recent.note('who am I', '', about.now, about.now);
      return null;
    }
    const asked = recent.last('who am I');
    if (asked === null || about.now - asked > SWEEP || event.agent.kind === 'infrastructure') return null;
    const calls = recent.since('discovery', asked);
    const enough = calls.some((each) => WEIGHTY.test(each)) ? FEW : CALLS;
    // The first that is ever seen of a key: who it is, and then its buckets, or rights it does not have.
    const isFirst =
      about.profile.events <= FIRST &&
      isUnexplained(event, about) &&
      (event.call.action === 's3:ListBuckets' || (event.denied && WEIGHTY.test(event.call.action)));
    // Who deploys checks who it is, and then the things that it names.
    const isLook = calls.some((each) => LISTING.test(each) || WEIGHTY.test(each));
    return (calls.length >= enough && isLook) || isFirst
      ? { facts: { calls: calls.length, last: event.call.action }, of: '' }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'then users, buckets and instances',
        records: ['sts:GetCallerIdentity', 'iam:ListUsers', 's3:ListBuckets', 'ec2:DescribeInstances'].map(
          (action, minute) => call(action, { minute }),
        ),
      },
    ],
    quiet: [
      {
        why: 'a script that does this every day',
        learned: history(6, [
          'sts:GetCallerIdentity',
          'iam:ListUsers',
          's3:ListBuckets',
          'ec2:DescribeInstances',
          's3:GetObject',
          's3:GetObject',
          's3:GetObject',
          's3:GetObject',
        ]),
        records: ['sts:GetCallerIdentity', 'iam:ListUsers', 's3:ListBuckets', 'ec2:DescribeInstances'].map(
          (action, minute) => call(action, { minute }),
        ),
      },
      {
        why: 'who am I, and then a look at each thing that is deployed to',
        records: [
          'sts:GetCallerIdentity',
          'cloudformation:DescribeStackResource',
          's3:GetBucketLocation',
          'lambda:GetFunction',
        ].map((action, minute) => call(action, { minute })),
      },
      {
        why: 'who am I, and then work',
        records: ['sts:GetCallerIdentity', 's3:PutObject', 's3:PutObject'].map((action, minute) =>
          call(action, { minute }),
        ),
      },
    ],
  }),
};
