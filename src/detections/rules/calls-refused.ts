import { isOfOneJob, isReaderAtHome } from '../at-home.ts';
import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WINDOW = HOUR / 2;
const CALLS = 4;
/** Of a key that is not known yet, or known for one job, so many calls that only look say enough. */
const LOOKS = 3;

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
    const { recent } = about.profile;
    recent.note('refused', event.call.action, about.now, about.now);
    if (event.call.isDiscovery) recent.note('refused looks', event.call.action, about.now, about.now);
    const calls = recent.since('refused', about.now - WINDOW).length;
    const looks = recent.since('refused looks', about.now - WINDOW).length;
    if (calls < CALLS && (looks < LOOKS || (about.profile.isSettled && !isOfOneJob(about)))) return null;
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
    ],
    quiet: [
      {
        why: 'one call, again and again',
        records: Array.from({ length: 30 }, (_, minute) =>
          call('s3:GetObject', { minute, error: 'AccessDenied' }),
        ),
      },
    ],
  }),
};
