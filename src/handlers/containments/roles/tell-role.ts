import type { ContainmentLine } from '../../../domain/containment-card.ts';
import type { RoleRevocation } from '../../../domain/role-revocation.ts';
import type { Write } from '../../../ports/stores.ts';
import { wakeOutbox } from '../../alert.ts';
import type { Containing } from '../containing.ts';
import { cardOf, cardEditOf, linesInThread } from '../tell.ts';

/** What is told with a change of a revocation: the card as it is then, and a line in its thread. */
export async function roleRecords(
  services: Containing,
  after: RoleRevocation,
  what: Extract<ContainmentLine, { kind: 'revocation' }>['what'] | null,
): Promise<{ readonly writes: readonly Write[]; readonly written: () => Promise<void> }> {
  const containment = await services.stores.containments.byId(after.containmentId);
  if (containment === null) return { writes: [], written: () => Promise.resolve() };
  const card = await cardOf(services, containment);
  const revocations = [
    ...(card.revocations ?? []).filter(({ roleName }) => roleName !== after.roleName),
    after,
  ];
  const lines: ContainmentLine[] = what === null ? [] : [{ kind: 'revocation', what, revocation: after }];
  return {
    writes: [
      ...(await cardEditOf(services, containment, { ...card, revocations })),
      ...(await linesInThread(services, containment, lines)),
    ],
    written: async () => {
      try {
        await wakeOutbox(services);
      } catch (error) {
        services.log.warn('the outbox was not woken', { containmentId: containment.id, error });
      }
    },
  };
}
