import { personOf, type Actor } from '../domain/actor.ts';
import type { Connection } from '../domain/connection.ts';
import { DEFAULT_KEY_POLICY, type KeyPolicy } from '../domain/key-policy.ts';
import { RekeyError } from '../errors.ts';
import type { KeptKeyPolicy } from '../ports/inventory.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { usable } from './begin-work.ts';
import { claimAndWrite, refuseClaimed } from './claim.ts';
import { policyHolder } from './key-policy.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** The policy of one connection, as it may be edited. */
export interface KeyPolicyLook {
  readonly connection: Connection;
  readonly policy: KeyPolicy;
  /** 0 while nothing was set: then the defaults hold. */
  readonly version: number;
  readonly kept: KeptKeyPolicy | null;
  /** The connection whose policy holds for the account, when it is another one; null when it is this. */
  readonly overruledBy: Connection | null;
}

export async function lookKeyPolicy(
  services: Services,
  actor: Actor,
  connectionId: string,
): Promise<KeyPolicyLook> {
  authorise(actor, 'admin', 'change policies', services.admins);
  const connection = await usable(services, connectionId);
  const kept = await services.stores.inventory.keyPolicies.ofConnection(connection.id);
  const holder = policyHolder(await services.stores.connections.list(), connection.accountId);
  return {
    connection,
    policy: kept?.policy ?? DEFAULT_KEY_POLICY,
    version: kept?.version ?? 0,
    kept,
    overruledBy: holder === null || holder.id === connection.id ? null : holder,
  };
}

/** Saves a connection's policy. `seen` is the version that was edited: a `conflict` when it was changed meanwhile. */
export async function setKeyPolicy(
  services: Services,
  request: Request,
  connectionId: string,
  seen: number,
  policy: KeyPolicy,
): Promise<void> {
  const { stores, clock } = services;
  const { keyPolicies } = stores.inventory;
  const { connection, kept, version } = await lookKeyPolicy(services, request.actor, connectionId);
  await refuseClaimed(services, request);
  if (version !== seen) {
    throw new RekeyError('conflict', 'Somebody changed this policy since you opened this window.', {
      next: 'Close it and open it again: saving now would undo that change.',
    });
  }
  const after: KeptKeyPolicy = {
    connectionId,
    policy,
    updatedBy: request.actor.userId,
    updatedAt: clock.now(),
    version: seen + 1,
  };
  await claimAndWrite(services, request, [
    kept === null ? keyPolicies.insert(after) : keyPolicies.update(after),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'key.policy',
        entityKind: 'connection',
        entityId: connectionId,
        correlationId: request.correlationId,
        detail: {
          name: connection.name,
          accountId: connection.accountId,
          from: kept?.policy ?? null,
          to: policy,
        },
      },
      'done',
    ),
  ]);
}
