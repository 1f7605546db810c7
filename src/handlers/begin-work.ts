import { personOf } from '../domain/actor.ts';
import type { Attempt, ConnectDraft } from '../domain/attempt.ts';
import { quotedName, type Connection } from '../domain/connection.ts';
import type { Secret } from '../domain/secret.ts';
import { RekeyError } from '../errors.ts';
import { auditIntent } from './audit.ts';
import { authorise } from './authorise.ts';
import { newAttempt, refuseTakenWay, sealFor } from './begin-connect.ts';
import { claimAndWrite } from './claim.ts';
import { refuseWhileContainmentsNeed } from './containments/needed.ts';
import { refuseWhilePaused } from './pause.ts';
import { refuseWhileOwnKeyRotates, refuseWhileRotationsNeed } from './rotations/needed.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** Records that a person asked for a check of one connection. Any viewer may. */
export async function beginTest(
  services: Services,
  request: Request,
  connectionId: string,
): Promise<Attempt> {
  authorise(request.actor, 'viewer', 'test connections', services.admins);
  const connection = await usable(services, connectionId);
  return begin(services, request, connection, { kind: 'test', draft: null, deactivateKey: false }, null);
}

/** Records new credentials for an existing connection; the old ones stay in use until the new ones pass. */
export async function beginReplace(
  services: Services,
  request: Request,
  connectionId: string,
  draft: ConnectDraft,
  secret: Secret | null,
): Promise<Attempt> {
  authorise(request.actor, 'admin', 'replace credentials', services.admins);
  const connection = await usable(services, connectionId);
  await refuseTakenWay(services, draft, connection.id);
  await refuseWhileOwnKeyRotates(services, connection);
  return begin(services, request, connection, { kind: 'replace', draft, deactivateKey: false }, secret);
}

/**
 * Records that a person wants a connection gone; from this moment nothing else uses it. The AWS side (when the
 * key is to be made Inactive too) and the erasing follow. `named`: the access key ID or role ARN that the person was
 * shown; throws `conflict` when the connection uses another by now.
 */
export async function beginDisconnect(
  services: Services,
  request: Request,
  connectionId: string,
  { named, deactivateKey }: { named: string; deactivateKey: boolean },
): Promise<Attempt> {
  authorise(request.actor, 'admin', 'disconnect AWS accounts', services.admins);
  const connection = await usable(services, connectionId);
  if (named !== (connection.accessKeyId ?? connection.roleArn)) {
    throw new RekeyError(
      'conflict',
      `${quotedName(connection.name)}: its credentials were changed since you opened this window.`,
      { next: 'Close this window and open Disconnect again.' },
    );
  }
  if (deactivateKey && connection.method !== 'access_key') {
    throw new RekeyError('invalid', 'This connection uses a role: there is no access key to deactivate.');
  }
  await refuseWhileRotationsNeed(services, connection);
  await refuseWhileContainmentsNeed(services, connection);
  if (deactivateKey) await refuseWhilePaused(services, 'deactivate keys');
  return begin(services, request, connection, { kind: 'disconnect', draft: null, deactivateKey }, null);
}

/** The connection as it is now; refuses one that is gone or going. */
export async function usable(services: Services, connectionId: string): Promise<Connection> {
  const connection = await services.stores.connections.byId(connectionId);
  if (connection === null) {
    throw new RekeyError('not_found', 'This connection no longer exists.', {
      next: 'Open the Home tab to see the connections there are.',
    });
  }
  if (connection.state === 'disconnecting') {
    throw new RekeyError('conflict', `${quotedName(connection.name)} is being disconnected.`);
  }
  return connection;
}

async function begin(
  services: Services,
  request: Request,
  connection: Connection,
  what: Pick<Attempt, 'kind' | 'draft' | 'deactivateKey'>,
  secret: Secret | null,
): Promise<Attempt> {
  const attempt: Attempt = { ...newAttempt(services, request), ...what, connectionId: connection.id };
  const going: Connection = {
    ...connection,
    state: 'disconnecting',
    updatedAt: services.clock.now(),
    version: connection.version + 1,
  };
  await claimAndWrite(services, request, [
    ...(what.kind === 'disconnect' ? [services.stores.connections.update(going)] : []),
    services.stores.attempts.insert(attempt),
    ...sealFor(services, attempt, secret),
    auditIntent(services, {
      doer: personOf(request.actor),
      verb: `connection.${what.kind}`,
      entityKind: 'connection',
      entityId: connection.id,
      correlationId: request.correlationId,
      detail: {
        name: connection.name,
        accountId: connection.accountId,
        ...(what.kind === 'disconnect' ? { deactivateKey: what.deactivateKey } : {}),
        ...(what.draft === null
          ? {}
          : { accessKeyId: what.draft.accessKeyId, roleArn: what.draft.roleArn, method: what.draft.method }),
      },
    }),
  ]);
  return attempt;
}
