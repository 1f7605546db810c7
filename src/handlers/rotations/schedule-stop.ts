import type { Stop } from '../../domain/pause.ts';
import type { Message } from '../../ports/slack.ts';
import { authorise } from '../authorise.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { endStop, setStop, stopOf } from '../stop-setting.ts';

const STOP = 'rotation_stop';

/**
 * The stop switch of rotations by schedule, for all accounts: while it is set none begins, and those under way change
 * nothing more. Null when it is not set.
 */
export async function scheduleStop(services: {
  stores: Pick<Services['stores'], 'settings'>;
}): Promise<Stop | null> {
  return stopOf(services, STOP);
}

/** Throws `conflict` when somebody was first. Operators may: stopping is safe. */
export async function stopSchedules(
  services: Services,
  request: Request,
  why: string,
  said: Message,
): Promise<void> {
  authorise(request.actor, 'operator', 'stop rotations by schedule', services.admins);
  const taken = (by: string): string => `They were stopped already by <@${by}>.`;
  await setStop(services, request, { setting: STOP, verb: 'rotation.stop_schedules', said, why, taken });
}

/** Lets them begin again; those under way go on by themselves. Throws `conflict` when somebody was first. */
export async function resumeSchedules(services: Services, request: Request, said: Message): Promise<void> {
  authorise(request.actor, 'admin', 'let rotations by schedule go on', services.admins);
  const over = 'They are not stopped any more.';
  await endStop(services, request, { setting: STOP, verb: 'rotation.resume_schedules', said, over });
}
