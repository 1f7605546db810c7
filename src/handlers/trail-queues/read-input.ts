import type { Connection } from '../../domain/connection.ts';
import { queueArn, readBucket, readQueueAddress, type QueueAddress } from '../../domain/trail-queue.ts';
import { RekeyError } from '../../errors.ts';
import type { Services } from '../services.ts';

/** What an admin typed for a trail queue. */
export interface QueueInput {
  readonly connectionId: string | null;
  readonly url: string;
  readonly bucket: string;
}

/** The same, understood. */
export interface QueuePlace {
  readonly connection: Connection;
  readonly address: QueueAddress;
  readonly bucket: string;
}

/** Fields of the form, as errors name them. */
export const QUEUE_FIELDS = {
  connection: 'queueConnection',
  url: 'queueUrl',
  bucket: 'queueBucket',
} as const;

/** Understands what was typed, without asking AWS; `changes`: the queue it is to replace. Throws `invalid` with the field. */
export async function readQueueInput(
  { stores }: Pick<Services, 'stores'>,
  input: QueueInput,
  changes: string | null,
): Promise<QueuePlace> {
  const connection = input.connectionId === null ? null : await stores.connections.byId(input.connectionId);
  if (connection?.state !== 'connected') {
    throw wrong('connection', 'Choose the connection that reads the queue and the files.');
  }
  const address = readQueueAddress(input.url);
  if (!address.ok) throw wrong('url', address.why);
  const { partition, accountId } = address.value;
  if (partition !== connection.partition) {
    throw wrong(
      'url',
      `The queue is in the partition ${partition}, and this connection reaches ${connection.partition}.`,
    );
  }
  if (accountId !== connection.accountId) {
    throw wrong(
      'url',
      `The queue is of account ${accountId}, and this connection reaches ${connection.accountId}. Choose a connection of ${accountId}, or connect that account.`,
    );
  }
  const bucket = readBucket(input.bucket);
  if (!bucket.ok) throw wrong('bucket', bucket.why);
  const arn = queueArn(address.value);
  const others = (await stores.watch.queues.list()).filter(({ id }) => id !== changes);
  if (others.some((other) => queueArn(other) === arn)) throw wrong('url', 'This queue is set already.');
  return { connection, address: address.value, bucket: bucket.value };
}

function wrong(field: keyof typeof QUEUE_FIELDS, why: string): RekeyError {
  return new RekeyError('invalid', why, { field: QUEUE_FIELDS[field] });
}
