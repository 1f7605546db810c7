import { isAtWork, isOfOneJob, isReaderAtHome, isUnexplained } from '../at-home.ts';
import { call, ALICE_IN_CONSOLE, history } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const SWEEP = HOUR / 6;
const CALLS = 6;
const SERVICES = 3;
/** Of a key that has one job, and never looked around. */
const FEW = 3;
/** The same where it always works, with its program: that grows at times. */
const SOME = 4;
/** One look into each of so many services, by a key that has no reason. */
const BROAD = 4;
/** One service gone through, by such a key; of machines, disks and buckets more is asked in passing. */
const DEEP = 4;
const VERY_DEEP = 6;
/** Of secrets, users and guards, and what sees the whole account at once: these count twice where nobody has a reason. */
const TELLING =
  /^(?:secretsmanager:List|ssm:DescribeParameters|kms:List|iam:|organizations:|sso:|identitystore:|account:Get)/;
/** Lists of services that nobody polls. */
const LISTING =
  /^(?!(?:ec2|s3|autoscaling|elasticloadbalancing|ecs|monitoring|cloudformation|logs|route53|ecr|lambda):)[^:]+:(?:List|Describe\w*s$)/;
const WHOLE = [
  'resource-explorer-2:Search',
  'config:SelectResourceConfig',
  'config:SelectAggregateResourceConfig',
];

function isOneServiceGoneThrough(calls: readonly string[]): boolean {
  const counts = new Map<string, number>();
  for (const each of calls) {
    const service = each.split(':', 1)[0] ?? '';
    counts.set(service, (counts.get(service) ?? 0) + 1);
  }
  return [...counts].some(
    ([service, count]) => count >= (service === 'ec2' || service === 's3' ? VERY_DEEP : DEEP),
  );
}

/** A few lists of one service, such as programs do not work with all day. */
function isOneServiceLookedInto(calls: readonly string[]): boolean {
  const services = calls.filter((each) => LISTING.test(each)).map((each) => each.split(':', 1)[0]);
  return services.some((service) => services.filter((each) => each === service).length >= FEW);
}

/** The account explored with many different calls. */
export const accountExplored: Rule = {
  id: 'account-explored',
  title: 'The account explored with many different calls',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1526',
  whatToDo:
    'Ask the owner what the program does. A thief looks around first: deactivate the key if nobody knows.',
  falseAlarms: 'The first run of an inventory tool or of somebody new; later runs are known.',
  actions: WHOLE,
  triggers: ['discovery'],
  quietFor: DAY,
  judge(event, about) {
    if (WHOLE.includes(event.call.action))
      return isUnexplained(event, about) && !event.failed
        ? { facts: { call: event.call.action }, of: 'whole' }
        : null;
    const calls = about.profile.recent.since('discovery', about.now - SWEEP);
    const services = new Set(calls.map((each) => each.split(':', 1)[0])).size;
    // Who looks at much as a matter of course looks at something new now and then.
    const known = about.profile.isSettled ? Math.floor(about.profile.tables.actions.size / 10) : 0;
    const enough = (event.agent.kind === 'infrastructure' ? 4 : 1) * CALLS + known;
    const isOdd =
      calls.length >= (isAtWork(event, about) ? SOME : FEW) &&
      services >= 2 &&
      event.agent.kind !== 'infrastructure' &&
      isOfOneJob(about);
    const hasNoReason = isUnexplained(event, about);
    const telling = hasNoReason ? calls.filter((each) => TELLING.test(each)).length : 0;
    const isBroad = hasNoReason && services >= BROAD;
    const isDeep = hasNoReason && isOneServiceGoneThrough(calls);
    if (!isOdd && !isBroad && !isDeep && (calls.length + telling < enough || services < SERVICES))
      return hasNoReason && isOneServiceLookedInto(calls)
        ? { severity: 'low', facts: { calls: calls.length, services }, of: '' }
        : null;
    // The first run of a scanner or of monitoring is as wide, and works with a role.
    const isWide =
      services >= 8 &&
      event.agent.kind !== 'infrastructure' &&
      (about.keyId !== null || about.profile.isSettled);
    return {
      severity: isReaderAtHome(event, about) ? 'low' : isWide ? 'high' : 'medium',
      facts: { calls: calls.length, services },
      of: isWide ? 'wide' : '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a service looked into, by a key nobody knows',
        records: ['NotebookInstances', 'Models', 'Endpoints'].map((what, minute) =>
          call(`sagemaker:List${what}`, { minute }),
        ),
      },
      {
        why: 'six calls of three services in minutes',
        records: [
          'iam:ListUsers',
          'iam:ListRoles',
          's3:ListBuckets',
          'ec2:DescribeInstances',
          'lambda:ListFunctions',
          'rds:DescribeDBInstances',
        ].map((action, minute) => call(action, { minute })),
      },
    ],
    quiet: [
      {
        why: 'the same calls, known for days',
        learned: history(6, [
          'iam:ListUsers',
          'iam:ListRoles',
          's3:ListBuckets',
          'ec2:DescribeInstances',
          'lambda:ListFunctions',
          'rds:DescribeDBInstances',
          's3:GetObject',
        ]),
        records: [
          'iam:ListUsers',
          'iam:ListRoles',
          's3:ListBuckets',
          'ec2:DescribeInstances',
          'lambda:ListFunctions',
          'rds:DescribeDBInstances',
        ].map((action, minute) => call(action, { minute })),
      },
      {
        why: 'a person in the console',
        records: [
          'iam:ListUsers',
          'iam:ListRoles',
          's3:ListBuckets',
          'ec2:DescribeInstances',
          'lambda:ListFunctions',
          'rds:DescribeDBInstances',
        ].map((action, minute) => call(action, { minute, by: ALICE_IN_CONSOLE, agent: 'Mozilla/5.0 (X11)' })),
      },
    ],
  }),
};
