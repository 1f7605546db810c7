import { isOfOneJob } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, ordinary } from '../example.ts';
import type { About, Rule } from '../rule.ts';

const OFTEN = 0.3;

/** True when it turns to a service that a key of one job never used; everybody may ask who he is. */
function isElsewhere({ call: api }: CloudTrailEvent, about: About): boolean {
  return about.novelty.service && api.service !== 'sts' && isOfOneJob(about);
}

/** Used by a kind of program this key was never used by. */
export const programNew: Rule = {
  id: 'program-new',
  title: 'Used by a kind of program this key was never used by',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1078.004',
  whatToDo:
    'Ask the owner whether they changed the program. A user agent is easily forged, so the old one proves nothing.',
  falseAlarms: 'A new version built on another SDK; a person who tries the command line.',
  actions: [],
  triggers: ['novel'],
  judge(event, about) {
    const { novelty, profile } = about;
    if (!novelty.agent || novelty.prefix || !profile.isSettled || event.fromConsole) return null;
    if (profile.novelty('agents') > OFTEN) return null;
    return {
      severity:
        profile.tables.agents.size <= 1 && (!event.call.isRead || isElsewhere(event, about))
          ? 'medium'
          : 'low',
      facts: {
        program: event.agent.family,
        'user agent': event.agent.text,
        before: profile.tables.agents.values.slice(0, 3).join(', '),
      },
      of: event.agent.family,
    };
  },
  examples: () => ({
    fires: [
      { why: "a server's key on the command line", learned: ordinary(9), records: [call('s3:GetObject')] },
      {
        why: 'and in a service the key never used',
        learned: ordinary(9),
        records: [call('dynamodb:ListTables')],
      },
    ],
    quiet: [
      {
        why: 'the same program in a new version',
        learned: ordinary(9),
        records: [call('s3:GetObject', { agent: 'Boto3/1.99.0 md/Botocore#1.99.0 ua/2.1' })],
      },
    ],
  }),
};
