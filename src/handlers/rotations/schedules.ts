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
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { usable } from '../begin-work.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { policyHolder } from '../key-policy.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { workingHoursShape } from '../working-hours.ts';

/** A schedule as it is kept. */
export interface KeptSchedule {
  readonly schedule: RotationSchedule;
  readonly by: string;
  readonly at: number;
  /** Counts up with each change; what an editor saw. */
  readonly version: number;
}

const shape: z.ZodType<KeptSchedule> = z.object({
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
  version: z.number(),
});

function settingOf(connectionId: string): string {
  return `rotation_schedule:${connectionId}`;
}

/** What was set for a connection; null when nothing was, or when it cannot be read: then nothing begins by itself. */
export async function keptSchedule(
  { stores, log }: Pick<Services, 'stores' | 'log'>,
  connectionId: string,
): Promise<KeptSchedule | null> {
  const text = await stores.settings.get(settingOf(connectionId));
  if (text === null) return null;
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    log.error('a rotation schedule cannot be read; nothing begins by itself', { connectionId, error });
    return null;
  }
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
  return {
    connection,
    schedule: kept?.schedule ?? DEFAULT_ROTATION_SCHEDULE,
    kept,
    version: kept?.version ?? 0,
    overruledBy: holder === null || holder.id === connection.id ? null : holder,
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

/** Saves a schedule. `seen` is the version that was edited: a `conflict` when it was changed meanwhile. */
export async function setSchedule(
  services: Services,
  request: Request,
  connectionId: string,
  seen: number,
  schedule: RotationSchedule,
): Promise<void> {
  const { stores, clock } = services;
  const { connection, kept, version } = await lookSchedule(services, request.actor, connectionId);
  if (!isRotationSchedule(schedule)) throw new RekeyError('invalid', 'This schedule cannot be used.');
  await refuseClaimed(services, request);
  if (version !== seen) {
    throw new RekeyError('conflict', 'Somebody changed this schedule since you opened this window.', {
      next: 'Close it and open it again: saving now would undo that change.',
    });
  }
  const after: KeptSchedule = { schedule, by: request.actor.userId, at: clock.now(), version: seen + 1 };
  await claimAndWrite(services, request, [
    stores.settings.set(settingOf(connection.id), JSON.stringify(after), after.at),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
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
      },
      'done',
    ),
  ]);
}
