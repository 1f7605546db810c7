import type { Partition } from '../domain/partition.ts';
import type { Aws, AwsCredentials } from '../ports/aws.ts';
import type { Outward, WebhookSigner } from '../ports/outward.ts';
import type { Clock } from '../ports/world.ts';

/** The connection that writes to a place in AWS. */
export interface Writer {
  readonly credentials: AwsCredentials;
  readonly accountId: string;
  readonly partition: Partition;
  /** The user's or role's own ARN, to ask IAM what it may do; null when it is not known. */
  readonly principalArn: string | null;
}

/** What places work with. */
export interface DestinationGround {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly outward: Outward;
  readonly signer: WebhookSigner;
  /** The connection as it is now: its credentials may have been rotated since. */
  writer(connectionId: string): Promise<Writer>;
}
