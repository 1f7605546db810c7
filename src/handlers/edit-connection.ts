import { createHash } from 'node:crypto';
import { personOf } from '../domain/actor.ts';
import { nameKey, quotedName, type Connection } from '../domain/connection.ts';
import { partitionOfRegion } from '../domain/partition.ts';
import { RekeyError } from '../errors.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { usable } from './begin-work.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** A short fingerprint of what Edit shows, so that a form can tell whether it is still what the person saw. */
export function editedFields(connection: ConnectionEdit): string {
  const { name, description, region, alertChannel, owners } = connection;
  const fields = JSON.stringify([name, description, region, alertChannel, owners]);
  return createHash('sha256').update(fields).digest('base64url').slice(0, 16);
}

export type ConnectionEdit = Pick<Connection, 'name' | 'description' | 'region' | 'alertChannel' | 'owners'>;

/**
 * Changes what people call a connection and who hears of it; its credentials, history and id stay. `seen` is the
 * fingerprint of the fields the person edited: a `conflict` when they were changed meanwhile.
 */
export async function editConnection(
  services: Services,
  request: Request,
  connectionId: string,
  seen: string,
  edit: ConnectionEdit,
): Promise<Connection> {
  authorise(request.actor, 'admin', 'edit connections', services.admins);
  const { connections } = services.stores;
  const before = await usable(services, connectionId);
  if (seen !== editedFields(before)) {
    throw new RekeyError(
      'conflict',
      `Somebody changed ${quotedName(before.name)} since you opened this window.`,
      {
        next: 'Close it and open Edit again: saving now would undo that change.',
      },
    );
  }
  const namesake = await connections.byName(nameKey(edit.name));
  if (namesake !== null && namesake.id !== before.id) {
    throw new RekeyError('conflict', `There is already a connection named ${quotedName(namesake.name)}.`, {
      next: 'Choose another name.',
      field: 'name',
    });
  }
  if (edit.region !== null && partitionOfRegion(edit.region) !== before.partition) {
    throw new RekeyError(
      'invalid',
      `${edit.region} is not in the partition of this account (${before.partition}).`,
      {
        next: 'An account cannot change its partition; choose a region of the same one.',
        field: 'region',
      },
    );
  }
  const after: Connection = {
    ...before,
    ...edit,
    updatedAt: services.clock.now(),
    version: before.version + 1,
  };
  const changed = (['name', 'description', 'region', 'alertChannel', 'owners'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  if (changed.length === 0) return before;
  await claimAndWrite(services, request, [
    connections.update(after),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'connection.edit',
        entityKind: 'connection',
        entityId: before.id,
        correlationId: request.correlationId,
        detail: Object.fromEntries(
          changed.map((field) => [field, { from: before[field], to: after[field] }]),
        ),
      },
      'done',
    ),
  ]);
  return after;
}
