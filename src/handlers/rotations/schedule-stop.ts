import { z } from 'zod';
import { personOf } from '../../domain/actor.ts';
import { RekeyError } from '../../errors.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { alertTeam } from '../alert-team.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';

const STOP = 'rotation_stop';

/** Somebody stopped all rotations that begin by themselves. */
export interface ScheduleStop {
  readonly by: string;
  readonly why: string;
  readonly at: number;
}

const kept: z.ZodType<ScheduleStop> = z.object({ by: z.string(), why: z.string(), at: z.number() });

/**
 * The stop switch of rotations by schedule, for all accounts: while it is set none begins, and those under way change
 * nothing more. Null when it is not set.
 */
export async function scheduleStop({
  stores,
}: {
  stores: Pick<Services['stores'], 'settings'>;
}): Promise<ScheduleStop | null> {
  const value = await stores.settings.get(STOP);
  return value === null ? null : kept.parse(JSON.parse(value));
}

/** Throws `conflict` when somebody was first. Operators may: stopping is safe. */
export async function stopSchedules(
  services: Services,
  request: Request,
  why: string,
  said: Message,
): Promise<void> {
  authorise(request.actor, 'operator', 'stop rotations by schedule', services.admins);
  const before = await scheduleStop(services);
  if (before !== null) throw new RekeyError('conflict', `They were stopped already by <@${before.by}>.`);
  const set: ScheduleStop = { by: request.actor.userId, why, at: services.clock.now() };
  await claimAndWrite(services, request, [
    services.stores.settings.set(STOP, JSON.stringify(set), set.at),
    recorded(services, request, 'rotation.stop_schedules', why),
    ...(await alertTeam(services, said, request.correlationId)),
  ]);
}

/** Lets them begin again; those under way go on by themselves. Throws `conflict` when somebody was first. */
export async function resumeSchedules(services: Services, request: Request, said: Message): Promise<void> {
  authorise(request.actor, 'admin', 'let rotations by schedule go on', services.admins);
  if ((await scheduleStop(services)) === null) {
    throw new RekeyError('conflict', 'They are not stopped any more.');
  }
  await claimAndWrite(services, request, [
    services.stores.settings.remove(STOP),
    recorded(services, request, 'rotation.resume_schedules', ''),
    ...(await alertTeam(services, said, request.correlationId)),
  ]);
}

function recorded(services: Services, { actor, correlationId }: Request, verb: string, why: string): Write {
  const act = { doer: personOf(actor), verb, entityKind: 'settings', entityId: STOP, correlationId, why };
  return auditOutcome(services, act, 'done');
}
