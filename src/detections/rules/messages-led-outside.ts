import { isByHand, isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, FOREIGN, history, OWN } from '../example.ts';
import { listAt, textAt } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { isListed, type About, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Protocols of SNS that end with somebody, and not with something of an account. */
const OUTSIDE = /^(?:email|email-json|https?|sms)$/;

const AWS_HOST = /^https:\/\/[\w.-]+\.amazonaws\.com(?:\.cn)?(?:\/|$)/;

/**
 * Calls of services nobody listed that say where something goes. Rights, roles and what other rules judge is left out,
 * and so is what programs do with data.
 */
const LEADING =
  /^(?!(?:iam|sts|organizations|ram|kms|s3|sso|lambda|ec2|rds|redshift|cognito-idp|sqs|dynamodb|kinesis|ecs|eks|backup|glue):)[a-z0-9-]+:(?:Create|Put|Update|Start|Set|Associate|Enable|Register)(?!Record|Events$|LogEvents$|MetricData$)[A-Z]/;
/** How services name the place where something goes, or whose it is. */
const PLACE =
  /destination|target(?!group)|sink|output|(?:bucket|expected)\w*owner|recipient|topic|streamarn|eventbus|vault/i;

/** What says that a stream ends elsewhere now. */
const MOVED = /^(?:bucketARN|clusterJDBCURL|hECEndpoint)$/i;

/** Accounts in the places that a call of any service names; wherever a name stands, when there is no reason for it. */
function accountsIn(asked: unknown, isOdd: boolean): readonly string[] {
  return leavesOf(asked).flatMap(([name, text]) => {
    if (PLACE.test(name)) return /^\d{12}$/.test(text) ? `arn:aws:iam::${text}:` : text;
    return isOdd && text.startsWith('arn:') ? text : [];
  });
}

/** The accounts in ARNs that messages are led to. */
function placesOf(event: CloudTrailEvent, about: About): readonly string[] {
  const {
    asked,
    call: { name },
  } = event;
  if (!isListed(messagesLedOutside, event)) return accountsIn(asked, isUnexplained(event, about));
  if (name === 'PutTargets') return listAt(asked, 'targets').map((each) => textAt(each, 'arn') ?? '');
  if (name === 'Subscribe' || name === 'PutSubscriptionFilter')
    return [textAt(asked, 'destinationArn') ?? textAt(asked, 'endpoint') ?? ''];
  if (name === 'SetQueueAttributes') {
    // What cannot be handled goes to another queue.
    const redrive = textAt(asked, 'attributes', 'RedrivePolicy') ?? '';
    return [/arn:[\w-]+:sqs:[\w-]*:\d{12}:/.exec(redrive)?.[0] ?? ''];
  }
  return leavesOf(asked).flatMap(([key, text]) =>
    /^(?:authorizedAccountId|AccountId)$/.test(key) ? [`arn:aws:iam::${text}:`, text] : [text],
  );
}

/** Messages or logs led to somebody outside. */
export const messagesLedOutside: Rule = {
  id: 'messages-led-outside',
  title: 'Messages, logs or results led to somebody outside',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1537',
  whatToDo: 'See where they go and what they hold; end the subscription if nobody knows the receiver.',
  falseAlarms: 'Alarms that are mailed to people; log collectors in another account of the same company.',
  actions: words(`
    sns:Subscribe events:PutTargets logs:PutSubscriptionFilter logs:PutAccountPolicy
    firehose:CreateDeliveryStream firehose:UpdateDestination dynamodb:EnableKinesisStreamingDestination
    lambda:PutFunctionEventInvokeConfig s3:PutBucketNotification s3:PutBucketInventoryConfiguration
    s3:PutBucketAnalyticsConfiguration events:CreateApiDestination config:PutDeliveryChannel
    config:PutAggregationAuthorization sqs:SetQueueAttributes guardduty:CreatePublishingDestination`),
  matches: LEADING,
  judge(event, about) {
    const { asked, accountId, call: api } = event;
    if (!isListed(messagesLedOutside, event) && !isByHand(event, about)) return null;
    const protocol = api.name === 'Subscribe' ? (textAt(asked, 'protocol') ?? '') : '';
    const places = placesOf(event, about);
    const foreign = places.flatMap((each) => {
      const account = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):/.exec(each)?.[1] ?? null;
      return account !== null && accountId !== null && account !== accountId ? [account] : [];
    });
    // A receiver outside of AWS, that a stream or event is posted to.
    const isPosted =
      /^(?:CreateDeliveryStream|UpdateDestination|CreateApiDestination)$/.test(api.name) &&
      places.some((each) => /^https?:\/\//.test(each) && !AWS_HOST.test(each));
    // Where a stream ends is set once, when it is made.
    const isMoved =
      api.name === 'UpdateDestination' &&
      !event.failed &&
      leavesOf(asked).some(([name]) => MOVED.test(name)) &&
      isUnexplained(event, about);
    const isOutside = OUTSIDE.test(protocol.toLowerCase()) || isPosted || isMoved;
    if (foreign.length === 0 && !isOutside) return null;
    const from = textAt(asked, 'topicArn') ?? textAt(asked, 'logGroupName') ?? textAt(asked, 'rule');
    return {
      // Who sets alarms up with a tool mails them to people.
      severity: foreign.length === 0 && event.agent.kind === 'infrastructure' ? 'low' : 'medium',
      facts: { call: api.name, from, to: foreign.join(', ') || protocol || null },
      of: `${api.name} ${from ?? ''}`,
      strangers: foreign,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'answers of a query go to a bucket of another account, though the key asks all day',
        learned: history(9, ['athena:StartQueryExecution', 'athena:StartQueryExecution'], {
          asked: { resultConfiguration: { outputLocation: 's3://r/', expectedBucketOwner: OWN } },
        }),
        records: [
          call('athena:StartQueryExecution', {
            asked: { resultConfiguration: { outputLocation: 's3://z/', expectedBucketOwner: FOREIGN } },
          }),
        ],
      },
      {
        why: 'logs of another service are linked to another account',
        records: [
          call('oam:CreateLink', { asked: { sinkIdentifier: `arn:aws:oam:us-east-1:${FOREIGN}:sink/1` } }),
        ],
      },
      {
        why: 'a topic is mailed to somebody',
        records: [call('sns:Subscribe', { asked: { topicArn: 't', protocol: 'email', endpoint: 'HIDDEN' } })],
      },
      {
        why: 'logs go to another account',
        records: [
          call('logs:PutSubscriptionFilter', {
            asked: { logGroupName: 'app', destinationArn: `arn:aws:logs:us-east-1:${FOREIGN}:destination:d` },
          }),
        ],
      },
      {
        why: 'a stream that ends in another bucket now, by a key nobody knows',
        records: [
          call('firehose:UpdateDestination', {
            asked: {
              deliveryStreamName: 'logs',
              extendedS3DestinationUpdate: { bucketARN: 'arn:aws:s3:::z' },
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'answers of a query go to a bucket of the own account',
        records: [
          call('athena:StartQueryExecution', {
            asked: { resultConfiguration: { outputLocation: 's3://r/', expectedBucketOwner: OWN } },
          }),
        ],
      },
      {
        why: 'a queue of the account',
        records: [
          call('sns:Subscribe', {
            asked: { topicArn: 't', protocol: 'sqs', endpoint: `arn:aws:sqs:us-east-1:${OWN}:q` },
          }),
        ],
      },
      {
        why: 'a program that does so every day',
        learned: history(5, ['sns:Subscribe', 'sns:Subscribe'], {
          asked: { topicArn: 't', protocol: 'email' },
        }),
        records: [call('sns:Subscribe', { asked: { topicArn: 't', protocol: 'email' } })],
      },
    ],
  }),
};
