import { call } from '../example.ts';
import { numberAt, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Logs or alarms deleted. */
export const logsDestroyed: Rule = {
  id: 'logs-destroyed',
  title: 'Logs or alarms deleted',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1070',
  whatToDo: 'See which logs went and who read them; backups of logs may be elsewhere.',
  falseAlarms: 'Taking down an application; scratch log groups.',
  actions: words(`
    logs:DeleteLogGroup logs:DeleteLogStream logs:DeleteMetricFilter logs:DeleteSubscriptionFilter
    logs:DeleteDestination logs:PutRetentionPolicy monitoring:DeleteAlarms
    monitoring:DisableAlarmActions events:DisableRule events:DeleteRule events:RemoveTargets
    ec2:UnmonitorInstances`),
  judge(event) {
    const name =
      textAt(event.asked, 'logGroupName') ?? textAt(event.asked, 'ruleName') ?? textAt(event.asked, 'name');
    const what = event.call.name;
    if (what === 'PutRetentionPolicy' && (numberAt(event.asked, 'retentionInDays') ?? 999) > 3) return null;
    const isTelling = name !== null && /trail|audit|flow|guard|secur|waf|alert|siem/i.test(name);
    return {
      severity: isTelling || event.denied || what === 'DeleteLogStream' ? 'medium' : 'low',
      facts: { call: what, name },
      of: `${what} ${name ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'an audit log group is deleted',
        records: [call('logs:DeleteLogGroup', { asked: { logGroupName: '/audit/cloudtrail' } })],
      },
      {
        why: 'a stream is deleted',
        records: [call('logs:DeleteLogStream', { asked: { logGroupName: 'app', logStreamName: 's' } })],
      },
    ],
    quiet: [
      {
        why: 'kept for a year',
        records: [call('logs:PutRetentionPolicy', { asked: { logGroupName: 'app', retentionInDays: 365 } })],
      },
    ],
  }),
};
