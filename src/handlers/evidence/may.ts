import { holds, personOf, type Actor } from '../../domain/actor.ts';
import type { EvidenceRef } from '../../domain/evidence.ts';
import { authorise } from '../authorise.ts';
import { recordingRefusals } from '../refused.ts';
import type { Services } from '../services.ts';

export function mayReadEvidence(actor: Pick<Actor, 'roles'>): boolean {
  return holds(actor.roles, 'responder');
}

/** Throws `forbidden`, naming who can, unless the actor is a responder; the attempt goes into the audit log. */
export async function authoriseEvidence(
  services: Pick<Services, 'stores' | 'ids' | 'clock' | 'log' | 'admins'>,
  { actor, correlationId }: { readonly actor: Actor; readonly correlationId: string },
  ref: EvidenceRef,
): Promise<void> {
  await recordingRefusals(
    services,
    () => evidenceAct(ref, actor, correlationId),
    async () => authorise(actor, 'responder', 'read evidence', services.admins),
  );
}

/** Reading evidence, for the audit log; the incident is in its detail. */
export function evidenceAct(
  ref: EvidenceRef,
  actor: Pick<Actor, 'teamId' | 'userId'>,
  correlationId: string,
) {
  return {
    doer: personOf({ ...actor, roles: [], rolesUnsure: null }),
    verb: 'evidence.read',
    entityKind: ref.kind,
    entityId: ref.id.slice(0, LONGEST_ID),
    correlationId,
    detail: { incidents: ref.kind === 'incident' ? [ref.id.slice(0, LONGEST_ID)] : [] },
  } as const;
}

/** What a forged payload carries may be of any length. */
const LONGEST_ID = 200;
