import type { ContainmentCard } from '../../domain/containment-card.ts';
import { isAtRest, isOver, type Containment, type ContainmentHolder } from '../../domain/containment.ts';
import type { Services } from '../services.ts';

/**
 * The first incident among the reasons that is open while its part of the containment is over (taken back, recovered, or
 * not held any more), with the verdict that this suggests. Null: there is none.
 */
export async function closingOf(
  { stores }: Pick<Services, 'stores'>,
  containment: Containment,
): Promise<NonNullable<ContainmentCard['closing']> | null> {
  const ended = isAtRest(containment.state) || isOver(containment.state);
  for (const { incidentId, phase } of containment.holders) {
    if (incidentId === null || (phase === 'held' && !ended)) continue;
    const incident = await stores.watch.incidents.byId(incidentId);
    if (incident !== null && incident.closed === null) return { incidentId, verdict: verdictOf(phase) };
  }
  return null;
}

/** Undo is for false alarms, Recover for true ones; of what stands nobody said yet what it was. */
function verdictOf(phase: ContainmentHolder['phase']): 'attack' | 'false_alarm' | null {
  if (phase === 'held') return null;
  return phase === 'undone' ? 'false_alarm' : 'attack';
}
