import { call, roleSession } from '../example.ts';
import type { Rule } from '../rule.ts';

/** One session used from two places. */
export const sessionUsedElsewhere: Rule = {
  id: 'session-used-elsewhere',
  title: 'One session used from two places',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1550.001',
  whatToDo: 'End the session with a deny on its role or user: its credentials were copied.',
  falseAlarms:
    'A laptop that changes networks in the middle of a session keeps its programs; those are not reported.',
  actions: [],
  triggers: ['elsewhere'],
  judge(event, about) {
    const { first } = about;
    if (first === null || event.address === null || event.fromConsole || event.byService) return null;
    return {
      facts: {
        network: event.address.prefix,
        program: event.agent.family,
        'began on': first.prefix,
        'began with': first.agent,
      },
      of: event.caller.sessionKeyId,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'credentials of an instance, taken away',
        records: [
          call('s3:GetObject', {
            by: roleSession('web', 'i-0123456789abcdef0'),
            from: '203.0.113.5',
            agent: 'Boto3/1.38.0',
          }),
          call('s3:ListBuckets', { by: roleSession('web', 'i-0123456789abcdef0'), minute: 9 }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the same program on another network',
        records: [
          call('s3:GetObject', { by: roleSession('web'), from: '203.0.113.5' }),
          call('s3:ListBuckets', { by: roleSession('web'), minute: 9 }),
        ],
      },
    ],
  }),
};
