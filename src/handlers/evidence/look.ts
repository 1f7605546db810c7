import type { EvidenceRef, EvidenceTold, ToldItem } from '../../domain/evidence.ts';
import { RekeyError } from '../../errors.ts';
import type { Actor } from '../../domain/actor.ts';
import { auditOutcome } from '../audit.ts';
import type { Services } from '../services.ts';
import { evidenceAct, authoriseEvidence } from './may.ts';
import { readState, toldOf } from './state.ts';

/** The evidence as it was gathered last. Responders may; reading and refused attempts are recorded. */
export async function lookEvidence(
  services: Services,
  asking: { readonly actor: Actor; readonly correlationId: string },
  ref: EvidenceRef,
): Promise<EvidenceTold> {
  await authoriseEvidence(services, asking, ref);
  const { state } = await readState(services, ref);
  if (state === null) {
    throw new RekeyError('not_found', 'No evidence of this is kept (any more).', {
      next: 'Press *Evidence* on its incident or containment: it is gathered anew.',
    });
  }
  const act = evidenceAct(ref, asking.actor, asking.correlationId);
  await services.stores.atomically([
    auditOutcome(services, { ...act, detail: { ...act.detail, how: 'window' } }, 'done'),
  ]);
  return toldOf(state);
}

/** One thing in it. Throws `not_found` where it was gathered anew, and the thing has another place. */
export function itemOf({ summary }: EvidenceTold, itemId: string): ToldItem {
  const item = summary?.items.find(({ id }) => id === itemId);
  if (item !== undefined) return item;
  throw new RekeyError('not_found', 'The evidence was gathered anew since this message was written.', {
    next: 'Use the buttons of the newest message of the thread.',
  });
}
