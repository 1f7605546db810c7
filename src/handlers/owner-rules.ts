import { personOf, type Actor } from '../domain/actor.ts';
import type { OwnerRef, OwnerRule } from '../domain/owner.ts';
import { RekeyError } from '../errors.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** As many as the window can list, each with its button; more are kept better as tags. */
export const MOST_OWNER_RULES = 80;

/** The mapping of users to owners, by pattern. Admins only: it decides who is told. */
export async function listOwnerRules(services: Services, actor: Actor): Promise<OwnerRule[]> {
  authorise(actor, 'admin', 'change owners', services.admins);
  return services.stores.inventory.ownerRules.list();
}

export interface OwnerRuleInput {
  /** Null: in every account. */
  readonly accountId: string | null;
  readonly pattern: string;
  readonly owners: readonly OwnerRef[];
}

export async function addOwnerRule(
  services: Services,
  request: Request,
  input: OwnerRuleInput,
): Promise<OwnerRule> {
  const rules = await listOwnerRules(services, request.actor);
  const { stores, ids, clock } = services;
  const same = rules.find(
    ({ accountId, pattern }) =>
      accountId === input.accountId && pattern.toLowerCase() === input.pattern.toLowerCase(),
  );
  if (same !== undefined) {
    throw new RekeyError('conflict', 'There is a rule for that pattern already.', {
      next: 'Remove it first, or choose another pattern.',
      field: 'ownerPattern',
    });
  }
  if (rules.length >= MOST_OWNER_RULES) {
    throw new RekeyError('conflict', `There are ${MOST_OWNER_RULES} rules already.`, {
      next: 'Remove some, or put a tag with the owner on the users instead.',
      field: 'ownerPattern',
    });
  }
  const rule: OwnerRule = {
    id: ids.next(),
    ...input,
    createdBy: request.actor.userId,
    createdAt: clock.now(),
  };
  await claimAndWrite(services, request, [
    stores.inventory.ownerRules.insert(rule),
    auditOutcome(services, actOf(request, 'key.owner_rule', rule), 'done'),
  ]);
  return rule;
}

/** Removes a rule; `conflict` when it is gone already. */
export async function removeOwnerRule(
  services: Services,
  request: Request,
  ruleId: string,
): Promise<OwnerRule> {
  const rule = (await listOwnerRules(services, request.actor)).find(({ id }) => id === ruleId);
  if (rule === undefined) throw new RekeyError('conflict', 'This rule is gone already.');
  await claimAndWrite(services, request, [
    services.stores.inventory.ownerRules.remove(ruleId),
    auditOutcome(services, actOf(request, 'key.owner_rule_removed', rule), 'done'),
  ]);
  return rule;
}

function actOf({ actor, correlationId }: Request, verb: string, rule: OwnerRule) {
  const { id, accountId, pattern, owners } = rule;
  return {
    doer: personOf(actor),
    verb,
    entityKind: 'owner_rule',
    entityId: id,
    correlationId,
    detail: { name: pattern, accountId, owners },
  };
}
