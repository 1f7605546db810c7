import type { IAMClient } from '@aws-sdk/client-iam';
import type { Partition } from '../domain/partition.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials, Urgency } from '../ports/aws.ts';
import type { CallBudget } from './budget.ts';
import { callAws } from './call.ts';
import type { CallGround } from './call.ts';
import { iamClient, type Attempts } from './clients.ts';

/** Whose budget calls use, and how urgent they are. */
export interface Inside {
  readonly budget: CallBudget;
  readonly urgency: Urgency;
}

/** One call: throws AwsFailure, or the signal's reason while it waits for its turn. */
export type IamCall = <Output extends { $metadata: { requestId?: string | undefined } }>(
  action: string,
  send: () => Promise<Output>,
  signal?: AbortSignal,
) => Promise<Output>;

/** What the reads and writes of IAM are made of. */
export interface IamCalls {
  readonly reader: IAMClient;
  readonly writer: IAMClient;
  readonly call: IamCall;
}

/**
 * Clients and the way calls are made. The SDK tries a person's read twice; in the background it tries once, so that
 * each request is counted, and we try a read again that was not answered.
 */
export function iamCalls(
  ground: CallGround,
  credentials: AwsCredentials,
  partition: Partition,
  { budget, urgency }: Inside,
): IamCalls {
  const client = (attempts: Attempts): IAMClient =>
    ground.iamClients.of(`${partition}/${attempts}`, credentials, () =>
      iamClient(ground, credentials, partition, attempts),
    );
  const writer = client(1);
  const reader = urgency === 'person' ? client(2) : writer;
  return {
    reader,
    writer,
    call: async (action, send, signal) => {
      const once = () => budget.run(urgency, () => callAws(ground, credentials, action, send), signal);
      try {
        return await once();
      } catch (error) {
        if (urgency === 'person' || signal?.aborted === true || !isSilence(error)) throw error;
        return once();
      }
    },
  };
}

function isSilence(error: unknown): boolean {
  return error instanceof AwsFailure && (error.code === 'timeout' || error.code === 'aws_down');
}

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/**
 * Follows markers to the last page. A page that says there is more without saying where, or where we were, is not
 * taken for the last: it throws AwsFailure `not_aws`.
 */
export async function* eachPage<P extends Page>(
  action: string,
  read: (page: { Marker?: string }) => Promise<P>,
): AsyncGenerator<P, void, undefined> {
  let marker: string | undefined;
  for (;;) {
    const page: P = await read(marker === undefined ? {} : { Marker: marker });
    yield page;
    if (page.IsTruncated !== true) return;
    if (page.Marker === undefined || page.Marker === marker) {
      throw new AwsFailure({
        code: 'not_aws',
        action,
        said: 'a list that says there is more, and not where',
      });
    }
    marker = page.Marker;
  }
}

/** All pages at once, for short lists. */
export async function allPages<P extends Page>(
  action: string,
  read: (page: { Marker?: string }) => Promise<P>,
): Promise<P[]> {
  const all: P[] = [];
  for await (const page of eachPage(action, read)) all.push(page);
  return all;
}
