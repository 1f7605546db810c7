import { personOf } from '../domain/actor.ts';
import type { KeyEvent } from '../domain/inventory.ts';
import type { KeyChoices } from '../domain/key-choices.ts';
import type { KeyKind } from '../domain/key-kind.ts';
import type { KeyPolicyOverride } from '../domain/key-policy.ts';
import type { OwnerRef } from '../domain/owner.ts';
import { RekeyError } from '../errors.ts';
import { assessAfter } from './assess-after.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite, refuseClaimed } from './claim.ts';
import { existingKey } from './look-key.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** What an admin sets for one key; null leaves it to tags, mapping and the policy of the account. */
export interface ChoiceInput {
  readonly kind: KeyKind | null;
  readonly owners: readonly OwnerRef[] | null;
  readonly policy: KeyPolicyOverride | null;
}

/**
 * Sets kind, owners and limits of one key. `seen` is the version the person edited (0: nothing was set): a `conflict`
 * when somebody changed it meanwhile. Answers whether anything was changed.
 */
export async function chooseForKey(
  services: Services,
  request: Request,
  accessKeyId: string,
  seen: number,
  input: ChoiceInput,
): Promise<boolean> {
  authorise(request.actor, 'admin', 'set the kind, owners and limits of access keys', services.admins);
  const { stores, clock } = services;
  const { keyChoices, keyHistory } = stores.inventory;
  const { key } = await existingKey(services, accessKeyId);
  const before = await keyChoices.byKey(accessKeyId);
  await refuseClaimed(services, request);
  if ((before?.version ?? 0) !== seen) {
    throw new RekeyError('conflict', 'Somebody changed this key since you opened this window.', {
      next: 'Close it and open it again: saving now would undo that change.',
    });
  }
  const now = clock.now();
  const events = eventsOf(services, request, accessKeyId, before, input);
  if (events.length === 0) return false;
  const after: KeyChoices = {
    accessKeyId,
    accountId: key.accountId,
    ...input,
    updatedBy: request.actor.userId,
    updatedAt: now,
    version: seen + 1,
  };
  await claimAndWrite(services, request, [
    stores.inventory.accounts.stillKept(key.accountId),
    before === null ? keyChoices.insert(after) : keyChoices.update(after),
    keyHistory.add(key.accountId, events),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'key.choose',
        entityKind: 'key',
        entityId: accessKeyId,
        correlationId: request.correlationId,
        detail: {
          user: key.userName,
          accountId: key.accountId,
          from: before === null ? null : { kind: before.kind, owners: before.owners, policy: before.policy },
          to: input,
        },
      },
      'done',
    ),
  ]);
  await assessAfter(services, [accessKeyId]);
  return true;
}

/** A line of history for each thing that changes. */
function eventsOf(
  { ids, clock }: Pick<Services, 'ids' | 'clock'>,
  request: Request,
  accessKeyId: string,
  before: KeyChoices | null,
  after: ChoiceInput,
): KeyEvent[] {
  const changed = (['kind', 'owners', 'policy'] as const).filter(
    (part) => JSON.stringify(before?.[part] ?? null) !== JSON.stringify(after[part]),
  );
  return changed.map((what) => ({
    id: ids.next(),
    accessKeyId,
    at: clock.now(),
    what,
    userId: request.actor.userId,
    detail: detailOf(what, after),
  }));
}

function detailOf(what: 'kind' | 'owners' | 'policy', after: ChoiceInput): KeyEvent['detail'] {
  switch (what) {
    case 'kind':
      return { to: after.kind };
    case 'owners':
      return {
        to:
          after.owners === null
            ? null
            : after.owners.map((owner) => (owner.kind === 'user' ? owner.userId : owner.groupId)).join(' '),
      };
    case 'policy':
      return { ...after.policy };
  }
}
