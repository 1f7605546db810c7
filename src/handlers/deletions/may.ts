import { holds, personOf, type Actor } from '../../domain/actor.ts';
import type { KeyDeletion } from '../../domain/key-deletion.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { auditOutcome } from '../audit.ts';
import { asRecorded } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';

export type DeletionAct = 'ask' | 'approve' | 'decline';

/** Operators look after keys, responders after leaks: either may ask. */
export function mayAskDeletion({ roles }: Pick<Actor, 'roles'>): boolean {
  return holds(roles, 'operator') || holds(roles, 'responder');
}

/** Any admin but whoever asked. */
export function mayApproveDeletion(
  { roles, userId }: Pick<Actor, 'roles' | 'userId'>,
  { askedBy }: Pick<KeyDeletion, 'askedBy'>,
): boolean {
  return holds(roles, 'admin') && userId !== askedBy;
}

/** Whoever may approve, and who asked: to take a wish back harms nothing. */
function mayDecline(actor: Actor, deletion: KeyDeletion): boolean {
  return mayApproveDeletion(actor, deletion) || actor.userId === deletion.askedBy;
}

/** As the audit log has it. */
export function deletionVerb(act: DeletionAct): string {
  return `key.delete_${act}`;
}

/** What is recorded of somebody's act. */
export function deletionAct(
  { actor, correlationId }: Pick<Request, 'actor' | 'correlationId'>,
  act: DeletionAct,
  about: Pick<KeyDeletion, 'accessKeyId'> & Partial<KeyDeletion>,
  why: string,
) {
  const { accessKeyId, id, accountId, userName, askedBy, reason } = about;
  return {
    doer: personOf(actor),
    verb: deletionVerb(act),
    entityKind: 'key',
    entityId: accessKeyId,
    correlationId,
    why,
    detail: { deletion: id ?? null, accountId: accountId ?? null, user: userName ?? null, askedBy, reason },
  };
}

/** Throws `forbidden` with who may; the attempt goes into the audit log. */
export async function authoriseDeletion(
  services: Services,
  request: Pick<Request, 'actor' | 'correlationId'>,
  act: DeletionAct,
  about: Pick<KeyDeletion, 'accessKeyId'> & Partial<KeyDeletion>,
): Promise<void> {
  const { actor } = request;
  const refusal = refusalFor(services, actor, act, about);
  if (refusal === null) return;
  await recordRefusal(services, [
    auditOutcome(services, deletionAct(request, act, about, refusal.message), 'refused'),
  ]);
  throw asRecorded(refusal);
}

async function recordRefusal({ stores }: Services, writes: readonly Write[]): Promise<void> {
  await stores.atomically(writes);
}

function refusalFor(
  { admins }: Services,
  actor: Actor,
  act: DeletionAct,
  about: Partial<KeyDeletion>,
): RekeyError | null {
  const unsure = actor.rolesUnsure === null ? '' : ` ${actor.rolesUnsure}`;
  const askedBy = about.askedBy ?? '';
  if (act === 'ask') {
    if (mayAskDeletion(actor)) return null;
    return new RekeyError(
      'forbidden',
      `Asking for a key to be deleted takes the role operator or responder.${unsure}`,
      { next: askOne(admins) },
    );
  }
  const whole = about as KeyDeletion;
  if (act === 'approve' ? mayApproveDeletion(actor, whole) : mayDecline(actor, whole)) return null;
  const others = admins.filter((id) => id !== askedBy);
  if (act === 'approve' && actor.userId === askedBy) {
    return new RekeyError('forbidden', 'You asked for it yourself: a second person decides.', {
      next: askOne(others),
    });
  }
  return new RekeyError(
    'forbidden',
    `You may not ${act} the deletion of a key: that takes the role admin.${unsure}`,
    { next: askOne(others) },
  );
}

function askOne(people: readonly string[]): string {
  return people.length === 0
    ? 'Nobody else is an admin by REKEY_ADMINS; /aws-settings gives roles.'
    : `Ask an admin: ${people.map((id) => `<@${id}>`).join(', ')}.`;
}
