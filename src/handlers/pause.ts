import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import type { Pause } from '../domain/pause.ts';
import { RekeyError } from '../errors.ts';
import type { Message } from '../ports/slack.ts';
import type { Write } from '../ports/stores.ts';
import { alertTeam } from './alert-team.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

const PAUSE = 'pause';

const kept: z.ZodType<Pause> = z.object({ by: z.string(), why: z.string(), at: z.number() });

/** Whether Rekey is paused, and by whom. */
export async function pauseOf({
  stores,
}: {
  stores: Pick<Services['stores'], 'settings'>;
}): Promise<Pause | null> {
  const value = await stores.settings.get(PAUSE);
  return value === null ? null : kept.parse(JSON.parse(value));
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
  const before = await pauseOf(services);
  if (before !== null) throw new RekeyError('conflict', `Rekey was paused already by <@${before.by}>.`);
  const set: Pause = { by: request.actor.userId, why, at: services.clock.now() };
  await claimAndWrite(services, request, [
    services.stores.settings.set(PAUSE, JSON.stringify(set), set.at),
    recorded(services, request, 'settings.pause', why),
    ...(await alertTeam(services, said, request.correlationId)),
  ]);
}

/** Lets Rekey change AWS again; what waited goes on by itself. Throws `conflict` when somebody was first. */
export async function resume(services: Services, request: Request, said: Message): Promise<void> {
  authorise(request.actor, 'admin', 'resume Rekey', services.admins);
  if ((await pauseOf(services)) === null) throw new RekeyError('conflict', 'Rekey is not paused any more.');
  await claimAndWrite(services, request, [
    services.stores.settings.remove(PAUSE),
    recorded(services, request, 'settings.resume', ''),
    ...(await alertTeam(services, said, request.correlationId)),
  ]);
}

function recorded(services: Services, { actor, correlationId }: Request, verb: string, why: string): Write {
  const act = { doer: personOf(actor), verb, entityKind: 'settings', entityId: PAUSE, correlationId, why };
  return auditOutcome(services, act, 'done');
}
