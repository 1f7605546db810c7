import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** CloudTrail stopped or deleted. */
export const trailStopped: Rule = {
  id: 'trail-stopped',
  title: 'CloudTrail stopped or deleted',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1562.008',
  whatToDo: 'Turn logging on again now and contain the key: what follows would not be seen.',
  falseAlarms: 'Taking down an account, or a trail of a test.',
  actions: [
    'cloudtrail:StopLogging',
    'cloudtrail:DeleteTrail',
    'cloudtrail:DeleteEventDataStore',
    'cloudtrail:StopEventDataStoreIngestion',
  ],
  always: true,
  judge(event) {
    return {
      facts: { call: event.call.name, trail: textAt(event.asked, 'name') },
      of: `${event.call.name} ${event.failed ? 'failed' : ''}`,
    };
  },
  examples: () => ({
    fires: [
      { why: 'logging stops', records: [call('cloudtrail:StopLogging', { asked: { name: 'main' } })] },
      {
        why: 'a trail that is not there: the wish is plain',
        records: [
          call('cloudtrail:DeleteTrail', { asked: { name: 'main' }, error: 'TrailNotFoundException' }),
        ],
      },
    ],
    quiet: [
      { why: 'logging starts', records: [call('cloudtrail:StartLogging', { asked: { name: 'main' } })] },
    ],
  }),
};
