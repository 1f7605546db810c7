import { z } from 'zod';
import { personOf, type Actor } from '../../domain/actor.ts';
import type { Connection } from '../../domain/connection.ts';
import {
  DEFAULT_ROTATION_SCHEDULE,
  isRotationSchedule,
  type RotationSchedule,
} from '../../domain/rotation-schedule.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { allAdmins } from '../admins.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { usable } from '../begin-work.ts';
import { claimUnlessOvertaken, refuseClaimed } from '../claim.ts';
import { policyHolder } from '../key-policy.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { workingHoursShape } from '../working-hours.ts';

/** A schedule as it is kept. */
export interface KeptSchedule {
  readonly schedule: RotationSchedule;
  readonly by: string;
  readonly at: number;
  /** Who switched it on; null while it is off. */
  readonly onBy: string | null;
  /** Counts up with each change; what an editor saw. */
  readonly version: number;
}

const shape = z.object({
  schedule: z
    .object({
      on: z.boolean(),
      window: workingHoursShape,
      leadDays: z.number(),
      mostAtOnce: z.number(),
      apartMinutes: z.number(),
    })
    .refine(isRotationSchedule),
  by: z.string(),
  at: z.number(),
  // Of before this was kept: whoever set it last.
  onBy: z.string().nullable().optional(),
  version: z.number(),
});

const PREFIX = 'rotation_schedule:';

function settingOf(connectionId: string): string {
  return PREFIX + connectionId;
}

/** What was set for a connection; null when nothing was, or when it cannot be read: then nothing begins by itself. */
export async function keptSchedule(
  { stores, log }: Pick<Services, 'stores' | 'log'>,
  connectionId: string,
): Promise<KeptSchedule | null> {
  const text = await stores.settings.get(settingOf(connectionId));
  return text === null ? null : readSchedule(text, connectionId, log);
}

/** The same of every connection, by its id, in one look: a page about many of them is drawn often. */
export async function keptSchedules({
  stores,
  log,
}: Pick<Services, 'stores' | 'log'>): Promise<ReadonlyMap<string, KeptSchedule>> {
  const kept = new Map<string, KeptSchedule>();
  for (const { key, value } of await stores.settings.startingWith(PREFIX)) {
    const connectionId = key.slice(PREFIX.length);
    const schedule = readSchedule(value, connectionId, log);
    if (schedule !== null) kept.set(connectionId, schedule);
  }
  return kept;
}

function readSchedule(text: string, connectionId: string, log: Services['log']): KeptSchedule | null {
  try {
    const { onBy, ...kept } = shape.parse(JSON.parse(text));
    return { ...kept, onBy: onBy === undefined && kept.schedule.on ? kept.by : (onBy ?? null) };
  } catch (error) {
    log.error('a rotation schedule cannot be read; nothing begins by itself', { connectionId, error });
    return null;
  }
}

/** Those who answer for what it begins: who switched it on, and who changed it last. */
export function settersOf({ by, onBy }: Pick<KeptSchedule, 'by' | 'onBy'>): readonly string[] {
  return [...new Set(onBy === null ? [by] : [onBy, by])];
}

/** Goes with its connection. */
export function removeSchedule({ stores }: Pick<Services, 'stores'>, connectionId: string): Write {
  return stores.settings.remove(settingOf(connectionId));
}

/** The schedule of one connection, as it may be edited. */
export interface ScheduleLook {
  readonly connection: Connection;
  readonly schedule: RotationSchedule;
  readonly kept: KeptSchedule | null;
  readonly version: number;
  /** The connection whose schedule holds for the account, when it is another one; null when it is this. */
  readonly overruledBy: Connection | null;
  /** True when nobody but those who answer for it is an admin: nobody could confirm its deletions. */
  readonly nobodyElse: boolean;
}

export async function lookSchedule(
  services: Services,
  actor: Actor,
  connectionId: string,
): Promise<ScheduleLook> {
  authorise(actor, 'admin', 'change rotation schedules', services.admins);
  const connection = await usable(services, connectionId);
  const kept = await keptSchedule(services, connection.id);
  const holder = policyHolder(await services.stores.connections.list(), connection.accountId);
  const admins = await allAdmins(services, [actor.userId, ...(kept === null ? [] : settersOf(kept))]);
  return {
    connection,
    schedule: kept?.schedule ?? DEFAULT_ROTATION_SCHEDULE,
    kept,
    version: kept?.version ?? 0,
    overruledBy: holder === null || holder.id === connection.id ? null : holder,
    nobodyElse: admins.toTell.length === 0 && admins.unread.length === 0,
  };
}

/** The schedule that holds for an account: that of the connection whose policy holds. Null when none is on. */
export async function scheduleOfAccount(
  services: Pick<Services, 'stores' | 'log'>,
  accountId: string,
): Promise<{ readonly connection: Connection; readonly kept: KeptSchedule } | null> {
  const connection = policyHolder(await services.stores.connections.list(), accountId);
  if (connection === null) return null;
  const kept = await keptSchedule(services, connection.id);
  return kept === null || !kept.schedule.on ? null : { connection, kept };
}

/**
 * Saves a schedule. `seen` is the version that was edited: a `conflict`, which says who was first, when it was changed
 * since, also in the same moment.
 */
export async function setSchedule(
  services: Services,
  request: Request,
  connectionId: string,
  seen: number,
  schedule: RotationSchedule,
): Promise<void> {
  const { stores, clock, log } = services;
  const { actor } = request;
  authorise(actor, 'admin', 'change rotation schedules', services.admins);
  const connection = await usable(services, connectionId);
  if (!isRotationSchedule(schedule)) throw new RekeyError('invalid', 'This schedule cannot be used.');
  await refuseClaimed(services, request);
  const setting = settingOf(connection.id);
  const text = await stores.settings.get(setting);
  const kept = text === null ? null : readSchedule(text, connection.id, log);
  if ((kept?.version ?? 0) !== seen) throw changedBy(kept);
  const onBy = kept?.schedule.on === true ? kept.onBy : actor.userId;
  const after: KeptSchedule = {
    schedule,
    by: actor.userId,
    at: clock.now(),
    onBy: schedule.on ? onBy : null,
    version: seen + 1,
  };
  const act = {
    doer: personOf(actor),
    verb: 'rotation.schedule',
    entityKind: 'connection',
    entityId: connection.id,
    correlationId: request.correlationId,
    detail: {
      name: connection.name,
      accountId: connection.accountId,
      from: kept?.schedule ?? null,
      to: schedule,
    },
  };
  const lost = await claimUnlessOvertaken(services, request, [
    stores.settings.replace(setting, text, JSON.stringify(after), after.at),
    auditOutcome(services, act, 'done'),
  ]);
  if (lost !== null) throw changedBy(await keptSchedule(services, connection.id));
}

/** For whoever edited what is no longer so. */
export function changedBy(kept: Pick<KeptSchedule, 'by'> | null): RekeyError {
  const who = kept === null ? 'Somebody' : `<@${kept.by}>`;
  return new RekeyError('conflict', `${who} changed this schedule since you opened this window.`, {
    next: 'Close it and open it again: saving now would undo that change.',
  });
}
