import { mayApprove } from '../../domain/approval.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import type { Admins } from '../admins.ts';

/** Those who count as a second person for all of these. */
export function secondPeople(
  { userIds }: Pick<Admins, 'userIds'>,
  destination: KeptDestination,
  bindings: readonly Pick<Binding, 'createdBy'>[],
): string[] {
  return userIds.filter((userId) => bindings.every((binding) => mayApprove(destination, binding, userId)));
}
