import { isAtWork, isOfOneJob, isReaderAtHome, isUnexplained } from '../at-home.ts';
import { call, history } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WINDOW = HOUR / 2;
const CALLS = 4;
/** Of a key that is not known yet, or known for one job, so many calls that only look say enough. */
const LOOKS = 3;
/** Of a long-term key of which nothing is known that would explain it, two are worth a word. */
const TWO = 2;

/** Many different calls refused. */
export const callsRefused: Rule = {
  id: 'calls-refused',
  title: 'Many different calls refused',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1580',
  whatToDo: 'Ask the owner. Somebody tries what the key can do; deactivate it if nobody knows.',
  falseAlarms: 'A new program whose rights are still too narrow.',
  actions: [],
  triggers: ['denied'],
  quietFor: DAY,
  judge(event, about) {
    if (event.byService || event.fromConsole) return null;
    const { profile, now } = about;
    // What it is let do all the time, where it always is: a right that somebody mends, and no trial.
    if (profile.isEstablished('actions', event.call.action, now) && isAtWork(event, about)) return null;
    const { recent } = profile;
    recent.note('refused', event.call.action, about.now, about.now);
    if (event.call.isDiscovery) recent.note('refused looks', event.call.action, about.now, about.now);
    const calls = recent.since('refused', about.now - WINDOW).length;
    const looks = recent.since('refused looks', about.now - WINDOW).length;
    if (calls < CALLS && (looks < LOOKS || (about.profile.isSettled && !isOfOneJob(about))))
      return calls >= TWO && looks > 0 && isUnexplained(event, about)
        ? { severity: 'low', facts: { calls, last: event.call.action }, of: '' }
        : null;
    return {
      severity: isReaderAtHome(event, about) ? 'low' : calls >= 4 * CALLS ? 'high' : 'medium',
      facts: { calls, last: event.call.action },
      of: calls >= 4 * CALLS ? 'many' : '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'four in ten minutes',
        records: ['iam:ListUsers', 's3:ListBuckets', 'ec2:DescribeInstances', 'lambda:ListFunctions'].map(
          (action, minute) => call(action, { minute, error: 'AccessDenied' }),
        ),
      },
      {
        why: 'two looks by a key that nobody knows',
        records: ['redshift:DescribeClusters', 'redshift-data:ExecuteStatement'].map((action, minute) =>
          call(action, { minute, error: 'AccessDeniedException' }),
        ),
      },
    ],
    quiet: [
      {
        why: 'four calls that an inventory makes each day',
        learned: history(9, [
          'ec2:DescribeVpcs',
          'sqs:ListQueues',
          'rds:DescribeDBInstances',
          'eks:ListClusters',
          'sns:ListTopics',
        ]),
        records: ['ec2:DescribeVpcs', 'sqs:ListQueues', 'rds:DescribeDBInstances', 'eks:ListClusters'].map(
          (action, minute) => call(action, { minute, error: 'AccessDenied' }),
        ),
      },
      {
        why: 'a program may neither read its queue nor write its table',
        records: ['sqs:ReceiveMessage', 'dynamodb:PutItem'].map((action, minute) =>
          call(action, { minute, error: 'AccessDenied' }),
        ),
      },
      {
        why: 'one call, again and again',
        records: Array.from({ length: 30 }, (_, minute) =>
          call('s3:GetObject', { minute, error: 'AccessDenied' }),
        ),
      },
    ],
  }),
};
