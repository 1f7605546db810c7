import { holds, personOf, type Actor, type Doer } from '../../domain/actor.ts';
import { incidentsOf } from '../../domain/containment-reasons.ts';
import { authorise } from '../authorise.ts';
import { recordingRefusals, type Attempted } from '../refused.ts';
import type { Services } from '../services.ts';

/** A value that was forged may be long. */
const LONGEST_ID = 64;

export type ContainmentAct = 'contain' | 'undo' | 'recover' | 'stop_holding' | 'close' | 'look';

const WORDS: Readonly<Record<ContainmentAct, string>> = {
  contain: 'shut access keys off',
  undo: 'take a containment back',
  recover: 'bring a contained user back',
  stop_holding: 'stop holding a containment',
  close: 'close a containment as it is',
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
  await recordingRefusals(
    services,
    () => attemptedBy(services, personOf(actor), correlationId, act, about),
    async () => authorise(actor, act === 'look' ? 'viewer' : 'responder', WORDS[act], services.admins),
  );
}

/** What somebody tries with a containment, or a key that is none yet, for the audit log. */
export async function attemptedBy(
  { stores }: Pick<Services, 'stores'>,
  doer: Doer,
  correlationId: string,
  act: ContainmentAct,
  about: {
    readonly containmentId?: string;
    readonly accessKeyId?: string;
    readonly incidentId?: string | null;
    readonly detail?: Readonly<Record<string, unknown>>;
  },
): Promise<Attempted> {
  const { containmentId, accessKeyId, incidentId = null, detail } = about;
  const row = containmentId === undefined ? null : await stores.containments.byId(containmentId);
  const known = row === null ? {} : { user: row.userName, accountId: row.accountId };
  return {
    doer,
    verb: `containment.${act}`,
    entityKind: containmentId === undefined ? 'key' : 'containment',
    entityId: (containmentId ?? accessKeyId ?? '').slice(0, LONGEST_ID),
    correlationId,
    detail: {
      ...known,
      ...(accessKeyId === undefined ? {} : { accessKeyId }),
      incidents:
        row === null ? (incidentId === null ? [] : [incidentId.slice(0, LONGEST_ID)]) : incidentsOf(row),
      ...detail,
    },
  };
}
