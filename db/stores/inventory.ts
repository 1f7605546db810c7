import type { InventoryStores } from '../../src/ports/inventory.ts';
import type { Engine } from '../engine.ts';
import { accountInventoryStore } from './account-inventories.ts';
import { iamUserStore } from './iam-users.ts';
import { keyChoicesStore } from './key-choices.ts';
import { keyHistoryStore } from './key-history.ts';
import { keyPolicyStore } from './key-policies.ts';
import { keyStore } from './keys.ts';
import { ownerRuleStore } from './owner-rules.ts';
import { snoozeStore } from './snoozes.ts';
import { standingStore } from './standings.ts';
import { toldStore } from './told.ts';

export function inventoryStores(engine: Engine): InventoryStores {
  return {
    accounts: accountInventoryStore(engine),
    users: iamUserStore(engine),
    keys: keyStore(engine),
    standings: standingStore(engine),
    keyChoices: keyChoicesStore(engine),
    snoozes: snoozeStore(engine),
    keyHistory: keyHistoryStore(engine),
    keyPolicies: keyPolicyStore(engine),
    ownerRules: ownerRuleStore(engine),
    told: toldStore(engine),
  };
}
