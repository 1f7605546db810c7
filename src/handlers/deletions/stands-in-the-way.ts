import { quotedName } from '../../domain/connection.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import { inactivePeriod } from '../../domain/key-deletion.ts';
import { policyFor } from '../../domain/key-policy.ts';
import type { KeyStanding } from '../../domain/key-standing.ts';
import { kindName } from '../../domain/key-words.ts';
import { dayWords, spanWords } from '../../domain/time-words.ts';
import { keepsOff } from '../containments/keeps-off.ts';
import { openOfUser } from '../containments/merge.ts';
import { policyOfAccount } from '../key-policy.ts';
import { openRotationOf } from '../rotations/rotatable.ts';
import type { Services } from '../services.ts';

/** Why a key is not deleted, in words, and what to do. */
export interface InTheWay {
  readonly why: string;
  readonly next: string;
}

/** The inventory proposes it: its facts are fresh, its kind is sure, and its silence would show. */
export function isProposed(standing: Pick<KeyStanding, 'findings'> | null): boolean {
  return standing?.findings.some(({ propose }) => propose === 'delete') === true;
}

/** How long this key must have been Inactive, by its policy and never less than a week; ms. */
export async function periodOf(
  services: Services,
  { accountId, accessKeyId }: InventoryKey,
): Promise<number> {
  const choices = await services.stores.inventory.keyChoices.byKey(accessKeyId);
  const policy = policyFor(await policyOfAccount(services, accountId), choices?.policy ?? null);
  return inactivePeriod(policy.inactiveDays);
}

/**
 * What Rekey itself knows against it, without asking AWS: the key is not long Inactive, or something else is about it.
 * Null when nothing is.
 */
export async function inTheWay(services: Services, key: InventoryKey): Promise<InTheWay | null> {
  const { stores, clock } = services;
  const { accessKeyId, accountId, userId, userName, status, statusSince, goneAt } = key;
  const now = clock.now();
  if (goneAt !== null) return { why: 'The key does not exist any more.', next: 'There is nothing to do.' };
  const own = await stores.connections.byAccessKeyId(accessKeyId);
  if (own !== null) {
    return {
      why: `Rekey itself signs with this key (connection ${quotedName(own.name)}).`,
      next: 'Give that connection other credentials first, or disconnect it.',
    };
  }
  const standing = await stores.inventory.standings.byKey(accessKeyId);
  const kind = standing?.kind.kind ?? 'ordinary';
  if (kind === 'decoy' || kind === 'break_glass') {
    return {
      why: `The key is kept on purpose (${kindName(kind)}).`,
      next: 'An admin changes its kind first: *Details*, *Kind, owners, limits*.',
    };
  }
  if (status !== 'Inactive') {
    return {
      why: `The key is ${status}: only a key that was Inactive for long is deleted.`,
      next: 'Deactivate it first, and wait whether anybody misses it.',
    };
  }
  const period = await periodOf(services, key);
  if (now < statusSince + period) {
    return {
      why: `Rekey has seen the key Inactive for ${spanWords(Math.max(0, now - statusSince))}; its policy asks for ${spanWords(period)}.`,
      next: `Ask again on ${dayWords(statusSince + period)}.`,
    };
  }
  if ((await openRotationOf({ stores }, key)) !== null) {
    return {
      why: `A rotation of ${userName}’s keys is under way.`,
      next: 'It deletes what it replaces by itself; `/aws-rotate` shows it.',
    };
  }
  const contained =
    (await openOfUser({ stores }, { accountId, userId, userName })) !== null ||
    (await keepsOff(stores, { accountId, accessKeyId, since: now })) !== null;
  if (contained) {
    return {
      why: `${userName} is contained: its keys stay as they are, also as evidence.`,
      next: 'Take the containment back or recover the user first; `/aws-deactivate` lists it.',
    };
  }
  const [incident] = await stores.watch.incidents.current(accountId, [accessKeyId], 0);
  if (incident !== undefined) {
    return {
      why: 'An incident of this key is open, and the key is part of its evidence.',
      next: 'Close the incident first; `/aws-incidents` lists it.',
    };
  }
  return null;
}
