import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { adapters } from './adapters.ts';
import { failure, s3Client, sqsClient } from './clients.ts';
import type { ContractTarget } from './contract.ts';

/** What Rekey relies on of a trail's queue and bucket; holds of AWS, our stand-in and moto alike. */
export function trailFilesContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`queues and buckets of ${name}`, () => {
    let target: ContractTarget;
    let sqs: SQSClient;
    let s3: S3Client;

    beforeAll(async () => {
      target = await start();
      sqs = sqsClient(target, target.admin);
      s3 = s3Client(target, target.admin);
    });

    afterAll(async () => {
      await target.stop();
    });

    async function newQueue(): Promise<string> {
      const QueueName = `trail-${randomUUID()}`;
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
      if (QueueUrl === undefined) throw new Error('CreateQueue answered without a URL.');
      return QueueUrl;
    }

    const receive = async (QueueUrl: string, VisibilityTimeout = 60) =>
      (
        await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            VisibilityTimeout,
            MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
          }),
        )
      ).Messages ?? [];

    async function counts(QueueUrl: string): Promise<unknown[]> {
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes = {} } = await sqs.send(asked);
      return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible];
    }

    test('a message is hidden while somebody has it, comes again, and goes when it is deleted', async () => {
      const QueueUrl = await newQueue();
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"a":"ä"}' }));
      expect(await counts(QueueUrl)).toEqual(['1', '0']);
      const [first] = await receive(QueueUrl, 0);
      expect(first).toMatchObject({ Body: '{"a":"ä"}', Attributes: { ApproximateReceiveCount: '1' } });
      expect(Number(first?.Attributes?.SentTimestamp)).toBeGreaterThan(1_600_000_000_000);
      const [again] = await receive(QueueUrl);
      expect(again?.MessageId).toBe(first?.MessageId);
      expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
      expect(await receive(QueueUrl)).toEqual([]);
      expect(await counts(QueueUrl)).toEqual(['0', '1']);
      const Entries = [{ Id: '0', ReceiptHandle: again?.ReceiptHandle ?? '' }];
      const gone = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      expect(gone.Successful).toMatchObject([{ Id: '0' }]);
      expect(await counts(QueueUrl)).toEqual(['0', '0']);
    });

    test('a queue that does not exist is not found', async () => {
      const QueueUrl = (await newQueue()).replace(/trail-/, 'none-');
      const refused = await failure(sqs.send(new ReceiveMessageCommand({ QueueUrl })));
      expect(refused.name).toMatch(/QueueDoesNotExist|NonExistentQueue/);
    });

    test('an object comes back as it was put, and what is not there is not found', async () => {
      const Bucket = `trail-${randomUUID()}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      const Key = 'AWSLogs/123456789012/CloudTrail/us-east-1/a file.json.gz';
      const packed = gzipSync('{"Records":[]}');
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: packed }));
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(packed);
      expect((await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).name).toBe('NoSuchKey');
      const other = new GetObjectCommand({ Bucket: `none-${randomUUID()}`, Key });
      expect((await failure(s3.send(other))).name).toBe('NoSuchBucket');
    });

    test('Rekey’s own adapters read both', async () => {
      const url = await newQueue();
      const [, accountId = '', queueName = ''] = /\/(\d{12})\/([^/]+)$/.exec(url) ?? [];
      const Bucket = `trail-${randomUUID()}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b c.json', Body: 'hello' }));
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'one' }));
      const { accessKeyId, secretAccessKey } = target.admin;
      const credentials = { kind: 'access_key', accessKeyId, secret: new Secret(secretAccessKey) } as const;
      using aws = adapters(target.endpoint);
      const place = { partition: 'aws', region: 'us-east-1', accountId, name: queueName } as const;
      const queue = aws.eventQueue(credentials, place);
      const messages = await queue.receive(30);
      expect(messages).toMatchObject([{ body: 'one', receives: 1 }]);
      expect(await queue.remove(messages)).toEqual([]);
      expect(await queue.facts()).toMatchObject({ visible: 0, inFlight: 0, redriveAfter: null });
      const none = aws.eventQueue(credentials, { ...place, name: 'none' });
      await expect(none.facts()).rejects.toMatchObject({ code: 'no_such_entity' });
      const files = aws.eventFiles(credentials);
      const at = { bucket: Bucket, region: 'us-east-1' };
      expect(Buffer.from(await files.read({ ...at, key: 'a/b c.json' })).toString()).toBe('hello');
      await expect(files.read({ ...at, key: 'none' })).rejects.toMatchObject({ code: 'no_such_entity' });
    });
  });
}
