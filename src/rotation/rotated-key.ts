import type { Rotation } from '../domain/rotation.ts';
import type { RotatedKey } from '../ports/destination.ts';

/** What destinations are told of the key that is being replaced. */
export function rotatedKey({ id, accountId, partition, snapshot, oldKeyId }: Rotation): RotatedKey {
  return {
    rotationId: id,
    accountId,
    partition,
    userName: snapshot.userName,
    userArn: snapshot.arn,
    replacesKeyId: oldKeyId,
  };
}
