import { isUnexplained, trifle } from '../at-home.ts';
import { call } from '../example.ts';
import { flagAt, numberAt, textAt, textsAt } from '../json.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** True for a bucket named like one for logs of the account, and for an object where AWS puts these. */
function holdsLogs(asked: unknown): boolean {
  return (
    /(?:^|\/)AWSLogs\//.test(textAt(asked, 'key') ?? '') ||
    (textAt(asked, 'key') === null &&
      /trail|audit|flow-?log|guardduty/i.test(textAt(asked, 'bucketName') ?? ''))
  );
}

/** What watches the account's work, in calls nobody listed. */
const ENDING =
  /^(?:monitoring|logs|oam|synthetics|rum|application-signals|internetmonitor|networkmonitor|devops-guru):(?:Delete|Disable|Stop)(?!Tag|Dashboard|Query|Canary)[A-Z]\w+$/;

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
    ec2:UnmonitorInstances s3:DeleteBucket s3:DeleteObject s3:DeleteBucketPolicy logs:DeleteDelivery
    logs:DeleteDeliverySource logs:DeleteDataProtectionPolicy oam:DeleteLink budgets:DeleteBudget
    budgets:DeleteBudgetAction ce:DeleteAnomalyMonitor ce:DeleteAnomalySubscription
    budgets:DeleteNotification budgets:DeleteSubscriber monitoring:SetAlarmState
    monitoring:PutMetricAlarm monitoring:DeleteMetricStream monitoring:StopMetricStreams
    monitoring:PutAlarmMuteRule events:PutRule events:DeleteEventBus events:DeleteArchive
    logs:DeleteAccountPolicy logs:DeleteLogAnomalyDetector
    notifications:DeleteNotificationConfiguration chatbot:DeleteSlackChannelConfiguration
    chatbot:DeleteMicrosoftTeamsChannelConfiguration`),
  matches: ENDING,
  judge(event, about) {
    if (!isListed(logsDestroyed, event) && !isUnexplained(event, about)) return null;
    if (event.call.name === 'PutMetricAlarm' && flagAt(event.asked, 'actionsEnabled') !== false) return null;
    if (event.call.name === 'PutRule' && textAt(event.asked, 'state') !== 'DISABLED') return null;
    if (event.call.service === 's3' && !holdsLogs(event.asked)) return null;
    const name =
      textAt(event.asked, 'bucketName') ??
      textAt(event.asked, 'logGroupName') ??
      textAt(event.asked, 'ruleName') ??
      textAt(event.asked, 'rule') ??
      textsAt(event.asked, 'alarmNames')[0] ??
      textAt(event.asked, 'budgetName') ??
      textAt(event.asked, 'alarmName') ??
      textAt(event.asked, 'name');
    const what = event.call.name;
    if (what === 'PutRetentionPolicy' && (numberAt(event.asked, 'retentionInDays') ?? 999) > 3) return null;
    const isTelling =
      event.call.service === 's3' ||
      // Alarms of what the account costs: their end hides mining.
      event.call.service === 'budgets' ||
      event.call.service === 'ce' ||
      // To say that all is well, and to keep alarms from being heard, serves nobody but a thief.
      /^(?:SetAlarmState|PutAlarmMuteRule|DeleteAccountPolicy|DeleteSlack|DeleteMicrosoft|DeleteNotificationConf)/.test(
        what,
      ) ||
      (name !== null && /trail|audit|flow|guard|secur|waf|alert|siem/i.test(name));
    return {
      severity: isTelling || event.denied || what === 'DeleteLogStream' ? 'medium' : trifle(event, about),
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
