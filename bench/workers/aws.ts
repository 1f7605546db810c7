// AWS in a process of its own: it answers with a new user's key for each one asked for, or counts its requests.
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { answering } from './answering.ts';

export type AwsQuestion = { readonly keys: number };

export interface AwsAnswer {
  readonly url: string;
  readonly keys: readonly { readonly accessKeyId: string; readonly secretAccessKey: string }[];
  /** Requests of AWS so far. */
  readonly requests: number;
}

const DAY_MS = 86_400_000;
const standIn = await AwsStandIn.start();
const account = standIn.world.addAccount({ alias: 'bench', createdAt: Date.now() - 100 * DAY_MS });
const documents = policiesFor(['verify', 'inventory'], {
  partition: account.partition,
  accountId: account.id,
  principal: { kind: 'user', arn: null },
});
const attached = documents.map((document, at) => account.addPolicy(`bench-${at}`, document).arn);
let users = 0;

answering(({ keys }: AwsQuestion): Promise<AwsAnswer> => {
  const made = Array.from({ length: keys }, () => {
    users += 1;
    const key = account.addUser(`bench-${users}`, { attached }).addKey({ createdAt: Date.now() - DAY_MS });
    return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
  });
  return Promise.resolve({ url: standIn.url, keys: made, requests: standIn.requests.length });
});
