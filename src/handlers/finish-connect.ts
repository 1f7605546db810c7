import type { Attempt } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import { sealedIdentity, type SealedSecret } from '../domain/records.ts';
import type { Secret } from '../domain/secret.ts';
import type { VerificationReport } from '../domain/verification.ts';
import { RekeyError } from '../errors.ts';
import type { Write } from '../ports/stores.ts';
import { refuseTakenExternalId } from './begin-connect.ts';
import { checkCredentials } from './check-credentials.ts';
import type { Ending } from './ending.ts';
import type { Services } from './services.ts';

/** Verifies what was typed and, only when it passed, makes the connection. */
export async function finishConnect(
  services: Services,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Ending> {
  const draft = attempt.draft;
  if (draft === null) throw new RekeyError('internal', 'This attempt has no fields.');
  const secret = await typedSecret(services, attempt);
  const verdict = await checkCredentials(services, draft, secret, null, signal);
  if (verdict.status !== 'verified') {
    return {
      result: { kind: 'not_verified', verdict: verdict.status, diagnosis: verdict.diagnosis },
      outcome: verdict.status === 'rejected' ? 'refused' : 'unknown',
      entityId: attempt.id,
      writes: [],
    };
  }
  await refuseTakenExternalId(services, draft.externalId, null);
  const now = services.clock.now();
  const connection: Connection = {
    id: services.ids.next(),
    name: draft.name,
    description: draft.description,
    method: draft.method,
    accessKeyId: draft.accessKeyId,
    roleArn: draft.roleArn,
    externalId: draft.method === 'role' ? draft.externalId : null,
    region: draft.region,
    alertChannel: draft.alertChannel,
    owners: draft.owners,
    state: 'connected',
    ...identityOf(verdict.report),
    lastCheck: verdict,
    createdBy: attempt.userId,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  return {
    result: { kind: 'connected', connection, report: verdict.report },
    outcome: 'done',
    entityId: connection.id,
    writes: [
      services.stores.connections.insert(connection),
      ...sealForConnection(services, connection.id, 1, secret),
      ...consumePromise(services, connection),
    ],
  };
}

/** What a passed check tells about the connection itself. */
export function identityOf(
  report: VerificationReport,
): Pick<
  Connection,
  'accountId' | 'accountAlias' | 'partition' | 'arn' | 'uniqueId' | 'userName' | 'keyCreatedAt'
> {
  const { accountId, accountAlias, partition, arn, uniqueId, userName, keyCreatedAt } = report;
  return { accountId, accountAlias, partition, arn, uniqueId, userName, keyCreatedAt };
}

/** The secret that was typed into the modal of this attempt; null for a role. */
export async function typedSecret(services: Services, attempt: Attempt): Promise<Secret | null> {
  const sealed = await services.stores.secrets.newest('attempt', attempt.id);
  if (sealed === null) {
    if (attempt.draft?.method === 'role') return null;
    throw new RekeyError('internal', 'The typed secret is no longer there.', { next: 'Please start again.' });
  }
  return services.sealer.open(sealed.box, sealedIdentity(sealed));
}

/** Seals a secret anew under the connection's identity: a ciphertext moved from the attempt's row would not open. */
export function sealForConnection(
  services: Services,
  connectionId: string,
  version: number,
  secret: Secret | null,
): Write[] {
  if (secret === null) return [];
  const row: Omit<SealedSecret, 'box'> = {
    id: services.ids.next(),
    holderKind: 'connection',
    holderId: connectionId,
    version,
    createdAt: services.clock.now(),
  };
  return [services.stores.secrets.insert({ ...row, box: services.sealer.seal(secret, sealedIdentity(row)) })];
}

/** The write that takes a connection's external ID from whoever it was promised to: it serves one connection. */
export function consumePromise(services: Services, connection: Connection): Write[] {
  return connection.externalId === null
    ? []
    : [services.stores.externalIdDrafts.consume(connection.externalId)];
}
