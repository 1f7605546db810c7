import { holds, personOf, type Actor } from '../../domain/actor.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import type { Services } from '../services.ts';

export type ContainmentAct = 'contain' | 'undo' | 'recover' | 'stop_holding' | 'look';

const WORDS: Readonly<Record<ContainmentAct, string>> = {
  contain: 'shut access keys off',
  undo: 'take a containment back',
  recover: 'bring a contained user back',
  stop_holding: 'stop holding a containment',
  look: 'look at containments',
};

export function mayContain(actor: Pick<Actor, 'roles'>): boolean {
  return holds(actor.roles, 'responder');
}

/** Throws `forbidden`, naming who can, unless the actor is a responder; the attempt goes into the audit log. */
export async function authoriseContainment(
  services: Services,
  { actor, correlationId }: { readonly actor: Actor; readonly correlationId: string },
  act: ContainmentAct,
  about: {
    readonly containmentId?: string;
    readonly accessKeyId?: string;
    readonly incidentId?: string | null;
  },
): Promise<void> {
  if (holds(actor.roles, act === 'look' ? 'viewer' : 'responder')) return;
  await services.stores.atomically([
    auditOutcome(
      services,
      {
        doer: personOf(actor),
        verb: `containment.${act}`,
        entityKind: about.containmentId === undefined ? 'key' : 'containment',
        entityId: about.containmentId ?? about.accessKeyId ?? '',
        correlationId,
        why: 'not permitted',
        detail: { incidents: [about.incidentId ?? []].flat() },
      },
      'refused',
    ),
  ]);
  authorise(actor, act === 'look' ? 'viewer' : 'responder', WORDS[act], services.admins);
}
