import { trifle } from '../at-home.ts';
import { call, history } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** What secrets are called, and how they begin, in whatever language somebody asks for them. */
const SECRETIVE =
  /\b(?:AKIA|ASIA)|aws.?(?:secret|access|session)|secret.?(?:access.?)?key|passw(?:or)?d|api.?key|private.?key|BEGIN (?:RSA|OPENSSH|EC|PRIVATE)|bearer|(?:access|auth|refresh|session|secret).?token|credentials?\b|client.?secret|jdbc:|(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqp)s?:\/\//i;
const LONGEST = 4_000;

/** Logs searched for passwords and keys. */
export const credentialsSearchedFor: Rule = {
  id: 'credentials-searched-for',
  title: 'Logs searched for passwords or keys',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1552',
  whatToDo:
    'Ask the owner why. Search for the same yourself: change what the logs hold, and keep it out of them.',
  falseAlarms: 'Somebody who looks into failed sign-ins, or hunts for secrets in your logs for you.',
  actions: words(
    'logs:FilterLogEvents logs:StartQuery logs:StartLiveTail cloudtrail:StartQuery logs:TestMetricFilter',
  ),
  quietFor: DAY,
  judge(event, about) {
    const { asked } = event;
    const question =
      textAt(asked, 'filterPattern') ??
      textAt(asked, 'logEventFilterPattern') ??
      textAt(asked, 'queryString') ??
      textAt(asked, 'queryStatement');
    if (question === null || question.length > LONGEST || event.byService) return null;
    const word = SECRETIVE.exec(question)?.[0] ?? null;
    if (word === null) return null;
    return {
      severity: trifle(event, about),
      facts: {
        'searched for': word,
        in: textAt(asked, 'logGroupName') ?? textAt(asked, 'logGroupIdentifier'),
      },
      of: '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'access keys',
        records: [call('logs:FilterLogEvents', { asked: { logGroupName: 'g', filterPattern: '"AKIA"' } })],
      },
      {
        why: 'passwords, in another language',
        records: [
          call('logs:StartQuery', {
            asked: { queryString: 'fields @message | filter @message like /(?i)password/' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'errors',
        records: [call('logs:FilterLogEvents', { asked: { logGroupName: 'g', filterPattern: 'ERROR' } })],
      },
      {
        why: 'who looks into failed sign-ins each day',
        learned: history(
          9,
          [
            'logs:StartQuery',
            'logs:StartQuery',
            'logs:GetQueryResults',
            'logs:DescribeLogGroups',
            's3:GetObject',
          ],
          {
            asked: { queryString: 'filter @message like "wrong password"' },
          },
        ),
        records: [
          call('logs:StartQuery', { asked: { queryString: 'filter @message like "wrong password"' } }),
        ],
      },
    ],
  }),
};
