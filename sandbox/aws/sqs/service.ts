import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from '../aws-error.ts';
import type { Access } from '../auth/authorise.ts';
import type { Caller } from '../auth/authenticate.ts';
import type { StoredMessage, StoredQueue } from '../accounts/queue.ts';
import { jsonService } from '../json-service.ts';
import type { JsonObject, JsonOperation } from '../json-service.ts';
import type { Call } from '../operation.ts';
import type { Service } from '../service.ts';
import { JsonInput } from '../wire/json-input.ts';
import type { World } from '../world.ts';

type SqsCall = Call<JsonInput>;

const mostMessages = 10;
const mostHiddenSeconds = 43_200;
const mostWaitSeconds = 20;
/** The body and attributes of a message: 1 MiB (SQS developer guide, quotas). */
const mostBytes = 1_048_576;

/** Account and name stand at the end of a queue's URL; where the URL leads is no matter. */
function placeOf(input: JsonInput): { readonly accountId: string; readonly name: string } {
  const url = input.required('QueueUrl', 2_048);
  const [, accountId, name] = /\/(\d{12})\/([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/.exec(url) ?? [];
  if (accountId === undefined || name === undefined) {
    throw new AwsError('InvalidAddress', 400, `The address ${url} is not valid for this endpoint.`);
  }
  return { accountId, name };
}

function queueAt(world: World, caller: Caller, input: JsonInput): StoredQueue {
  const { accountId, name } = placeOf(input);
  const queue = world.account(accountId)?.in(caller.region).queues.get(name);
  if (queue !== undefined) return queue;
  throw new AwsError('QueueDoesNotExist', 400, 'The specified queue does not exist.');
}

function access({ caller, input }: SqsCall): Access {
  const { accountId, name } = placeOf(input);
  return { resource: `arn:${caller.partition}:sqs:${caller.region}:${accountId}:${name}` };
}

function wanted(input: JsonInput, name: string): ReadonlySet<string> {
  return new Set(input.texts(name));
}

/** Of all attributes, those that were asked for. */
function askedFor(all: Readonly<Record<string, string>>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name) || names.has('All')));
}

const receiveMessage: JsonOperation = {
  name: 'ReceiveMessage',
  access,
  run: ({ world, caller, input }) => {
    const queue = queueAt(world, caller, input);
    const most = input.integer('MaxNumberOfMessages', 1, mostMessages) ?? 1;
    const hidden = input.integer('VisibilityTimeout', 0, mostHiddenSeconds);
    input.integer('WaitTimeSeconds', 0, mostWaitSeconds);
    const now = world.clock();
    const received = queue.receive(most, hidden === null ? queue.visibilityMs : hidden * 1_000, now);
    const names = new Set([
      ...wanted(input, 'MessageSystemAttributeNames'),
      ...wanted(input, 'AttributeNames'),
    ]);
    return received.length === 0 ? {} : { Messages: received.map((message) => shown(message, names)) };
  },
};

function shown(message: StoredMessage, names: ReadonlySet<string>): JsonObject {
  const all = {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
  const asked = askedFor(all, names);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: createHash('md5').update(message.body).digest('hex'),
    Body: message.body,
    ...(Object.keys(asked).length === 0 ? {} : { Attributes: asked }),
  };
}

const deleteMessage: JsonOperation = {
  name: 'DeleteMessage',
  access,
  run: ({ world, caller, input }) => {
    queueAt(world, caller, input).delete(input.required('ReceiptHandle'));
    return {};
  },
};

const deleteMessageBatch: JsonOperation = {
  name: 'DeleteMessageBatch',
  // The batch has no permission of its own (service authorization reference, SQS).
  permission: 'DeleteMessage',
  access,
  run: ({ world, caller, input }) => {
    const queue = queueAt(world, caller, input);
    const entries = input.structures('Entries');
    if (entries.length === 0)
      throw new AwsError('EmptyBatchRequest', 400, 'There should be at least one entry.');
    if (entries.length > mostMessages) {
      throw new AwsError(
        'TooManyEntriesInBatchRequest',
        400,
        'Maximum number of entries per request are 10.',
      );
    }
    const ids = entries.map((entry) => entry.required('Id'));
    if (new Set(ids).size !== ids.length) {
      throw new AwsError('BatchEntryIdsNotDistinct', 400, 'Two or more batch entries have the same Id.');
    }
    for (const entry of entries) queue.delete(entry.required('ReceiptHandle'));
    return { Successful: ids.map((Id) => ({ Id })), Failed: [] };
  },
};

const changeMessageVisibility: JsonOperation = {
  name: 'ChangeMessageVisibility',
  access,
  run: ({ world, caller, input }) => {
    const seconds = input.integer('VisibilityTimeout', 0, mostHiddenSeconds) ?? 0;
    const queue = queueAt(world, caller, input);
    if (!queue.hide(input.required('ReceiptHandle'), seconds * 1_000, world.clock())) {
      throw new AwsError('MessageNotInflight', 400, 'The message referred to is not in flight.');
    }
    return {};
  },
};

const getQueueAttributes: JsonOperation = {
  name: 'GetQueueAttributes',
  access,
  run: ({ world, caller, input }) => {
    const queue = queueAt(world, caller, input);
    const { visible, inFlight, delayed } = queue.counts(world.clock());
    const { redrive = null, kmsKeyArn = null } = queue.settings;
    const all: Record<string, string> = {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      CreatedTimestamp: String(Math.floor(queue.createdAt / 1_000)),
      MessageRetentionPeriod: String(queue.retentionMs / 1_000),
      QueueArn: queue.arn,
      VisibilityTimeout: String(queue.visibilityMs / 1_000),
      ...(kmsKeyArn === null ? {} : { KmsMasterKeyId: kmsKeyArn }),
      ...(redrive === null
        ? {}
        : {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: redrive.to.arn,
              maxReceiveCount: redrive.most,
            }),
          }),
    };
    return { Attributes: askedFor(all, wanted(input, 'AttributeNames')) };
  },
};

const createQueue: JsonOperation = {
  name: 'CreateQueue',
  access: ({ caller, input }) => ({
    resource: caller.principal.account.in(caller.region).arn('sqs', input.required('QueueName', 80)),
  }),
  run: ({ world, caller, input }) => {
    const { account } = caller.principal;
    const name = input.required('QueueName', 80);
    if (!account.in(caller.region).queues.has(name)) world.addQueue(account, caller.region, name);
    return { QueueUrl: `https://sqs.${caller.region}.amazonaws.com/${account.id}/${name}` };
  },
};

const sendMessage: JsonOperation = {
  name: 'SendMessage',
  access,
  run: ({ world, caller, input }) => {
    const body = input.required('MessageBody', mostBytes);
    const seconds = input.integer('DelaySeconds', 0, 900);
    const queue = queueAt(world, caller, input);
    const id = queue.send(body, world.clock(), ...(seconds === null ? [] : [seconds * 1_000]));
    return { MessageId: id, MD5OfMessageBody: createHash('md5').update(body).digest('hex') };
  },
};

const service = jsonService({
  name: 'sqs',
  target: 'AmazonSQS',
  operations: [
    receiveMessage,
    deleteMessage,
    deleteMessageBatch,
    changeMessageVisibility,
    getQueueAttributes,
    createQueue,
    sendMessage,
  ],
});

/** SQS in its JSON protocol. Messages are data: CloudTrail's event history does not have them. */
export const sqs: Service = {
  ...service,
  dataActions: new Set([
    'ReceiveMessage',
    'DeleteMessage',
    'DeleteMessageBatch',
    'ChangeMessageVisibility',
    'SendMessage',
  ]),
  // A long poll is answered as soon as there is a message, in real time.
  waits: async ({ world, caller, request, action }) => {
    if (action !== 'ReceiveMessage') return;
    const input = JsonInput.of(request);
    const most = Math.min((input.number('WaitTimeSeconds') ?? 0) * 1_000, world.longestPollMs);
    const begun = performance.now();
    world.deliverTrails();
    while (performance.now() - begun < most && isEmpty(world, caller, input)) {
      await sleep(20, null, { ref: false });
      world.deliverTrails();
    }
  },
};

function isEmpty(world: World, caller: Caller, input: JsonInput): boolean {
  try {
    return queueAt(world, caller, input).counts(world.clock()).visible === 0;
  } catch {
    // The call itself says what is wrong.
    return false;
  }
}
