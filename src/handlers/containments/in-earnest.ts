import type { Containment } from '../../domain/containment.ts';
import { isDrilled } from '../../domain/drill.ts';
import type { Write } from '../../ports/stores.ts';
import { editWrites } from '../alert.ts';
import { untell } from './aftermath.ts';
import type { Containing } from './containing.ts';
import { firstCard } from './tell.ts';

/**
 * A rehearsal that became real has its card in the thread of the drill, where nobody looks for it: the row with a message
 * of its own, told like any other, while the old one says so. Owners who heard of the drill hear of this, too. The row as
 * it is in every other case.
 */
export async function inEarnest(
  services: Containing,
  before: Containment,
  row: Containment,
): Promise<{ readonly row: Containment; readonly writes: readonly Write[] }> {
  if (!isDrilled(before) || isDrilled(row)) return { row, writes: [] };
  const told = await untell(services, row.id);
  const real = row.holders.find(({ drillId }) => drillId === undefined);
  const { noticeId, writes } = await firstCard(services, row, real);
  if (noticeId === null) return { row, writes: told };
  const { correlationId, updatedAt: at } = row;
  const old = await editWrites(services, { noticeId: before.noticeId, correlationId }, () =>
    services.presenter.containmentLine({ kind: 'in_earnest', at }, row),
  );
  return { row: { ...row, noticeId }, writes: [...told, ...writes, ...old] };
}
