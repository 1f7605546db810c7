import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { queueUrl, type QueueAddress } from '../domain/trail-queue.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { EventQueue, QueueFacts, QueueMessage } from '../ports/trail-queue.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { sqsClient } from './clients.ts';
import { aborted } from './sts.ts';

/** Below the limit of one request (`transport.ts`); anything above zero is a long poll. */
const WAIT_SECONDS = 4;
const MOST = 10;

/** One queue, read by a connection. */
export function openEventQueue(
  ground: CallGround,
  credentials: AwsCredentials,
  address: QueueAddress,
): EventQueue {
  const QueueUrl = queueUrl(address);
  let client: Promise<SQSClient> | null = null;
  const open = () => (client ??= sqsClient(ground, credentials, address.region));
  const library = () => import('@aws-sdk/client-sqs');
  return {
    async receive(hiddenSeconds, signal) {
      const { ReceiveMessageCommand } = await library();
      const sqs = await open();
      const answer = await callAws(ground, credentials, 'sqs:ReceiveMessage', () =>
        sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: MOST,
            WaitTimeSeconds: WAIT_SECONDS,
            VisibilityTimeout: hiddenSeconds,
            MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
          }),
          aborted(signal),
        ),
      );
      return (answer.Messages ?? []).map((message) => messageOf(message, ground.clock.now()));
    },
    async remove(messages, signal) {
      if (messages.length === 0) return [];
      const { DeleteMessageBatchCommand } = await library();
      const sqs = await open();
      const Entries = messages.map(({ receipt }, place) => ({ Id: String(place), ReceiptHandle: receipt }));
      // IAM knows the batch by the name of the single call (service authorization reference, SQS).
      const answer = await callAws(ground, credentials, 'sqs:DeleteMessage', () =>
        sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), aborted(signal)),
      );
      return (answer.Failed ?? []).flatMap(({ Id }) => messages[Number(Id)]?.id ?? []);
    },
    async facts(signal) {
      const { GetQueueAttributesCommand } = await library();
      const sqs = await open();
      const action = 'sqs:GetQueueAttributes';
      const answer = await callAws(ground, credentials, action, () =>
        sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }), aborted(signal)),
      );
      return factsOf(sent(answer.Attributes, action));
    },
  };
}

function messageOf(message: Message, now: number): QueueMessage {
  const action = 'sqs:ReceiveMessage';
  const { ApproximateReceiveCount: receives, SentTimestamp: at } = message.Attributes ?? {};
  return {
    id: sent(message.MessageId, action),
    body: message.Body ?? '',
    receipt: sent(message.ReceiptHandle, action),
    receives: whole(receives, 1),
    sentAt: Math.min(whole(at, now), now),
  };
}

function factsOf(attributes: Readonly<Partial<Record<string, string>>>): QueueFacts {
  return {
    visible: whole(attributes['ApproximateNumberOfMessages'], 0),
    inFlight: whole(attributes['ApproximateNumberOfMessagesNotVisible'], 0),
    delayed: whole(attributes['ApproximateNumberOfMessagesDelayed'], 0),
    redriveAfter: redriveOf(attributes['RedrivePolicy']),
    retentionMs: whole(attributes['MessageRetentionPeriod'], 345_600) * 1_000,
    kmsKeyId: attributes['KmsMasterKeyId'] || null,
  };
}

function redriveOf(policy: string | undefined): number | null {
  try {
    const read: unknown = JSON.parse(policy ?? 'null');
    const most = Number(Object(read).maxReceiveCount);
    return Number.isInteger(most) && most > 0 ? most : null;
  } catch {
    return null;
  }
}

function whole(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : otherwise;
}
