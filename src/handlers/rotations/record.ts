import type { AuditEntry } from '../../domain/records.ts';
import { looksOther } from '../../domain/rotation-card.ts';
import { isFinal } from '../../domain/rotation.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { JournalNote } from '../../ports/rotation-world.ts';
import type { Write } from '../../ports/stores.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import { auditIntent, auditOutcome } from '../audit.ts';
import { cardEdit, noticesOf } from './tell.ts';
import type { Telling } from './tell.ts';

/** Lines of the journal that say where a rotation stands, and not what was changed. */
const STANDS = new Set(['rotation.move', 'rotation.block']);

/**
 * What is written with a change of a rotation: rows of the audit log for each change of AWS or of a place, before and
 * after; how the whole came out; notices; and the end of what is no longer kept.
 */
export async function recordsOf(
  services: Telling,
  before: Rotation,
  after: Rotation,
  notes: readonly JournalNote[],
): Promise<readonly Write[]> {
  const rows = notes.filter(({ step }) => !STANDS.has(step)).map((note) => rowOf(services, after, note));
  if (before.state === after.state) {
    return looksOther(before, after) ? [...rows, ...(await cardEdit(services, after))] : rows;
  }
  return [
    ...rows,
    ...(isFinal(after.state) ? [endOf(services, after)] : []),
    ...usesOf(services, before, after),
    ...(isFinal(after.state) ? await earlierSecrets(services, after) : []),
    ...(await noticesOf(services, before, after, null)),
  ];
}

function rowOf(
  services: Telling,
  rotation: Rotation,
  { id, phase, step, outcome, detail }: JournalNote,
): Write {
  const about = { ...aboutOf(rotation, step), detail: { ...factsOf(rotation), ...detail } };
  const act = id === undefined ? about : { ...about, id };
  return phase === 'before' ? auditIntent(services, act) : auditOutcome(services, act, outcome ?? 'unknown');
}

function endOf(services: Telling, rotation: Rotation): Write {
  const outcome: NonNullable<AuditEntry['outcome']> = rotation.state === 'done' ? 'done' : 'refused';
  const act = { ...aboutOf(rotation, 'rotation.run'), detail: factsOf(rotation) };
  return auditOutcome(services, act, outcome);
}

function aboutOf({ id, correlationId }: Rotation, verb: string) {
  return {
    doer: { kind: 'rekey' },
    verb,
    entityKind: 'rotation',
    entityId: id,
    correlationId,
  } as const;
}

function factsOf({ snapshot, accountId, oldKeyId, newKeyId, state }: Rotation) {
  return { user: snapshot.userName, accountId, oldKeyId, newKeyId, state };
}

/** Who uses the keys is read from the cut-over on, as long as the old key can be given back. */
function usesOf({ stores, clock }: Telling, before: Rotation, after: Rotation): Write[] {
  const { uses } = stores.rotation;
  if (isFinal(after.state) || after.state === 'deleted') return [uses.remove(after.id)];
  if (after.state !== 'quiet' || before.state === 'blocked') return [];
  // What CloudTrail does not show yet need not be asked for.
  const nextAt = clock.now() + SETTLE_MS;
  return [uses.put({ rotationId: after.id, oldUse: null, newUse: null, readAt: null, nextAt })];
}

/** A connection whose own key was replaced keeps both versions until here; what signs is the newest. */
async function earlierSecrets({ stores }: Telling, { ownConnectionId }: Rotation): Promise<Write[]> {
  if (ownConnectionId === null) return [];
  const [, ...earlier] = await stores.secrets.ofHolder('connection', ownConnectionId);
  return earlier.map(({ id }) => stores.secrets.eraseOne(id));
}
