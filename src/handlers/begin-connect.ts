import { ATTEMPT_LIFE_MS, type Attempt, type ConnectDraft } from '../domain/attempt.ts';
import { personOf } from '../domain/actor.ts';
import { nameKey, quotedName } from '../domain/connection.ts';
import { sealedIdentity, type SealedSecret } from '../domain/records.ts';
import type { Secret } from '../domain/secret.ts';
import { RekeyError } from '../errors.ts';
import type { Write } from '../ports/stores.ts';
import { auditIntent } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/**
 * Records that a person wants this account connected: a pending row, and the secret sealed in a row of its own.
 * AWS is not called yet. Throws `conflict` when the name, key or role is connected already.
 */
export async function beginConnect(
  services: Services,
  request: Request,
  draft: ConnectDraft,
  secret: Secret | null,
): Promise<Attempt> {
  authorise(request.actor, 'admin', 'connect AWS accounts', services.admins);
  // Asked together, since somebody waits for the acknowledgement; a taken name is told first.
  const [name, way] = await Promise.allSettled([
    refuseTakenName(services, draft),
    refuseTakenWay(services, draft, null),
  ]);
  for (const asked of [name, way]) if (asked.status === 'rejected') throw asked.reason;
  const attempt: Attempt = {
    ...newAttempt(services, request),
    kind: 'connect',
    connectionId: null,
    draft,
    deactivateKey: false,
  };
  await claimAndWrite(services, request, [
    services.stores.attempts.insert(attempt),
    ...sealFor(services, attempt, secret),
    auditIntent(services, {
      doer: personOf(request.actor),
      verb: 'connection.connect',
      entityKind: 'attempt',
      entityId: attempt.id,
      correlationId: request.correlationId,
      detail: {
        name: draft.name,
        method: draft.method,
        accessKeyId: draft.accessKeyId,
        roleArn: draft.roleArn,
        accountId: draft.accountId,
      },
    }),
  ]);
  return attempt;
}

/** The fields every new attempt shares; the lease is ours from the first moment. */
export function newAttempt(
  services: Services,
  request: Request,
): Omit<Attempt, 'kind' | 'connectionId' | 'draft' | 'deactivateKey'> {
  const now = services.clock.now();
  return {
    id: services.ids.next(),
    teamId: request.actor.teamId,
    userId: request.actor.userId,
    viewId: request.viewId,
    correlationId: request.correlationId,
    leaseOwner: services.instanceId,
    leaseUntil: now + services.leases.leaseMs,
    createdAt: now,
    expiresAt: now + ATTEMPT_LIFE_MS,
  };
}

/** The write that keeps a typed secret with its attempt; none for a role, which has no secret. */
export function sealFor(services: Services, attempt: Attempt, secret: Secret | null): Write[] {
  if (secret === null) return [];
  const row: Omit<SealedSecret, 'box'> = {
    id: services.ids.next(),
    holderKind: 'attempt',
    holderId: attempt.id,
    version: 1,
    createdAt: services.clock.now(),
  };
  return [services.stores.secrets.insert({ ...row, box: services.sealer.seal(secret, sealedIdentity(row)) })];
}

async function refuseTakenName(services: Services, draft: ConnectDraft): Promise<void> {
  const { connections } = services.stores;
  const sameName = await connections.byName(nameKey(draft.name));
  if (sameName !== null) {
    throw new RekeyError('conflict', `There is already a connection named ${quotedName(sameName.name)}.`, {
      next: 'Choose another name, or use Edit or Replace credentials on that connection.',
      field: 'name',
    });
  }
}

/**
 * Says which other connection uses this key or role already, rather than letting a unique index say it when the
 * work is done. `own` is the connection whose credentials these become, or null for a new one.
 */
export async function refuseTakenWay(
  services: Services,
  draft: ConnectDraft,
  own: string | null,
): Promise<void> {
  const { connections } = services.stores;
  const sameWay =
    draft.accessKeyId === null
      ? draft.roleArn === null
        ? null
        : await connections.byRoleArn(draft.roleArn)
      : await connections.byAccessKeyId(draft.accessKeyId);
  if (sameWay !== null && sameWay.id !== own) {
    throw new RekeyError(
      'conflict',
      `The connection ${quotedName(sameWay.name)} already uses this ${draft.method === 'role' ? 'role' : 'access key'}.`,
      {
        next: 'Edit that connection, or disconnect it first.',
        field: draft.method === 'role' ? 'roleArn' : 'accessKeyId',
      },
    );
  }
  await refuseTakenExternalId(services, draft.externalId, own);
}

/** An external ID serves one connection: whoever comes second with it loses, with a `conflict` in words. */
export async function refuseTakenExternalId(
  services: Services,
  externalId: string | null,
  own: string | null,
): Promise<void> {
  if (externalId === null) return;
  const holder = await services.stores.connections.byExternalId(externalId);
  if (holder === null || holder.id === own) return;
  throw new RekeyError('conflict', 'This external ID belongs to another connection now.', {
    next: 'A new one is shown when you open the form again; the role must trust that one.',
    field: 'roleArn',
  });
}
