import { z } from 'zod';
import { DAY_MS } from '../../domain/time-words.ts';
import type { Write } from '../../ports/stores.ts';
import type { Services } from '../services.ts';

/** What kept a key from being replaced when AWS was asked. */
export interface Refusal {
  readonly at: number;
  readonly why: string;
}

/** For so long AWS is not asked about the key again. */
const REST_MS = DAY_MS;
/** For so long it is known what people were told already. */
const KEPT_MS = 30 * DAY_MS;

const shape = z.record(z.string(), z.object({ at: z.number(), why: z.string() }));

function settingOf(accountId: string): string {
  return `rotation_refusals:${accountId}`;
}

/** By access key id: what was found when a rotation was to begin by itself. */
export async function refusalsOf(
  { stores }: { stores: Pick<Services['stores'], 'settings'> },
  accountId: string,
): Promise<ReadonlyMap<string, Refusal>> {
  const text = await stores.settings.get(settingOf(accountId));
  return new Map(text === null ? [] : Object.entries(shape.parse(JSON.parse(text))));
}

/** Whether it still keeps AWS from being asked. */
export function isFresh(refusal: Refusal | undefined, now: number): refusal is Refusal {
  return refusal !== undefined && now - refusal.at < REST_MS && refusal.at <= now;
}

export function keepRefusal(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  accountId: string,
  known: ReadonlyMap<string, Refusal>,
  accessKeyId: string,
  why: string,
): Write {
  const now = clock.now();
  const rest = [...known].filter(([id, { at }]) => id !== accessKeyId && now - at < KEPT_MS);
  const all = Object.fromEntries([...rest, [accessKeyId, { at: now, why }]]);
  return stores.settings.set(settingOf(accountId), JSON.stringify(all), now);
}

/** Goes with the last connection of its account. */
export function removeRefusals({ stores }: Pick<Services, 'stores'>, accountId: string): Write {
  return stores.settings.remove(settingOf(accountId));
}
