import type { Actor } from '../../domain/actor.ts';
import type { RotationSchedule } from '../../domain/rotation-schedule.ts';
import { authorise } from '../authorise.ts';
import type { Services } from '../services.ts';
import { scheduledKeys } from './schedule-look.ts';

const NAMED = 10;

/** What a schedule would do today, from what is kept. */
export interface SchedulePreview {
  readonly hit: number;
  /** The first of them, the one that has been due the longest first. */
  readonly hits: readonly { readonly accessKeyId: string; readonly userName: string }[];
  readonly spared: number;
  /** Why keys are spared, and how many; the most frequent first. */
  readonly reasons: readonly { readonly why: string; readonly count: number }[];
  /** When the account was last read; null before. */
  readonly readAt: number | null;
}

/** Works out which keys a schedule would replace if it were on. Admins may. */
export async function previewSchedule(
  services: Services,
  actor: Actor,
  accountId: string,
  schedule: RotationSchedule,
): Promise<SchedulePreview> {
  authorise(actor, 'admin', 'change rotation schedules', services.admins);
  const hits: { accessKeyId: string; userName: string; dueAt: number }[] = [];
  const reasons = new Map<string, number>();
  for await (const keys of scheduledKeys(services, accountId, schedule)) {
    for (const { key, verdict } of keys) {
      if (verdict.hit) {
        hits.push({ accessKeyId: key.accessKeyId, userName: key.userName, dueAt: verdict.dueAt });
      } else {
        // A day of its own is no reason of its own.
        const why = verdict.why.replace(/^not due before .*/, 'not due yet');
        reasons.set(why, (reasons.get(why) ?? 0) + 1);
      }
    }
  }
  const spared = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  return {
    hit: hits.length,
    hits: hits
      .toSorted((a, b) => a.dueAt - b.dueAt)
      .slice(0, NAMED)
      .map(({ accessKeyId, userName }) => ({ accessKeyId, userName })),
    spared,
    reasons: [...reasons]
      .map(([why, count]) => ({ why, count }))
      .toSorted((a, b) => b.count - a.count || (a.why < b.why ? -1 : 1)),
    readAt: (await services.stores.inventory.accounts.byId(accountId))?.sweptAt ?? null,
  };
}
