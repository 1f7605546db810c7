// The floor: the calls of a containment by the SDK alone, and three reads after them. Nothing is decided or recorded.
import {
  AttachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { answering } from './answering.ts';
import type { Victim } from './contain-aws.ts';
import { moment } from './moment.ts';

export interface ContainRawQuestion {
  readonly url: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly victims: readonly Victim[];
  /** The two changes, as if the user and all that *Undo* must know were known; else what finds and reads that, too. */
  readonly changesOnly: boolean;
}

export interface ContainRawAnswer {
  /** When all were begun, and when each was read as wanted three times; ms since 1970, with fractions. */
  readonly beganAt: number;
  readonly confirmedAt: readonly number[];
}

const READS = 3;
let client: IAMClient | null = null;

answering(async ({ url, key, victims, changesOnly }: ContainRawQuestion): Promise<ContainRawAnswer> => {
  client ??= new IAMClient({ endpoint: url, region: 'us-east-1', credentials: key });
  const iam = client;
  const beganAt = moment();
  const confirmedAt = await Promise.all(
    victims.map(async ({ userName, accessKeyId: AccessKeyId }) => {
      const UserName = changesOnly ? userName : await found(iam, AccessKeyId);
      await Promise.all([
        iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' })),
        iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll' })),
      ]);
      for (let read = 0; read < READS; read += 1) {
        await Promise.all([
          iam.send(new ListAccessKeysCommand({ UserName })),
          iam.send(new ListAttachedUserPoliciesCommand({ UserName })),
        ]);
      }
      return moment();
    }),
  );
  return { beganAt, confirmedAt };
});

/** Whose key it is, after reading how its user stands. */
async function found(iam: IAMClient, AccessKeyId: string): Promise<string> {
  const { UserName } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
  if (UserName === undefined) throw new Error('The key has no user');
  await Promise.all([
    iam.send(new GetUserCommand({ UserName })),
    iam.send(new ListAccessKeysCommand({ UserName })),
    iam.send(new ListAttachedUserPoliciesCommand({ UserName })),
    iam.send(new ListUserPoliciesCommand({ UserName })),
  ]);
  return UserName;
}
