import type { Pause } from '../domain/pause.ts';
import { RekeyError } from '../errors.ts';
import type { Message } from '../ports/slack.ts';
import { authorise } from './authorise.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';
import { endStop, setStop, stopOf } from './stop-setting.ts';

const PAUSE = 'pause';

/** Whether Rekey is paused, and by whom. */
export async function pauseOf(services: {
  stores: Pick<Services['stores'], 'settings'>;
}): Promise<Pause | null> {
  return stopOf(services, PAUSE);
}

/**
 * Throws `needs_person` while Rekey is paused. Called when a change in AWS (or the delivery of a secret) is asked for,
 * and again right before the call that makes it, since whoever pauses does not wait for what is under way. Containment
 * and its undo do not call it.
 */
export async function refuseWhilePaused(
  services: { stores: Pick<Services['stores'], 'settings'> },
  act: string,
): Promise<void> {
  const pause = await pauseOf(services);
  if (pause === null) return;
  throw new RekeyError('needs_person', `Rekey is paused (${pause.why}) and does not ${act}.`, {
    next: 'An admin resumes it under /aws-settings.',
  });
}

/** Stops what changes AWS, on every instance, from the next call on. Throws `conflict` when somebody was first. */
export async function pause(services: Services, request: Request, why: string, said: Message): Promise<void> {
  authorise(request.actor, 'admin', 'pause Rekey', services.admins);
  const taken = (by: string): string => `Rekey was paused already by <@${by}>.`;
  await setStop(services, request, { setting: PAUSE, verb: 'settings.pause', said, why, taken });
}

/** Lets Rekey change AWS again; what waited goes on by itself. Throws `conflict` when somebody was first. */
export async function resume(services: Services, request: Request, said: Message): Promise<void> {
  authorise(request.actor, 'admin', 'resume Rekey', services.admins);
  const over = 'Rekey is not paused any more.';
  await endStop(services, request, { setting: PAUSE, verb: 'settings.resume', said, over });
}
