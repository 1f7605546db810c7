import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import { DEFAULT_WORKING_HOURS, isWorkingHours, type WorkingHours } from '../domain/working-hours.ts';
import { RekeyError } from '../errors.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** Working hours as settings keep them. */
export const workingHoursShape: z.ZodType<WorkingHours> = z
  .object({ timeZone: z.string(), days: z.array(z.number()), from: z.string(), until: z.string() })
  .refine(isWorkingHours);

/** The workspace's (null), or those of one channel. */
function settingOf(channelId: string | null): string {
  return channelId === null ? 'hours' : `hours:${channelId}`;
}

/** When people of a channel are at work: as set for it, else for the workspace, else the default. */
export async function workingHours(
  services: Pick<Services, 'stores' | 'log'>,
  channelId: string | null,
): Promise<WorkingHours> {
  const own = channelId === null ? null : await keptHours(services, channelId);
  return own ?? (await keptHours(services, null)) ?? DEFAULT_WORKING_HOURS;
}

/** What was set for exactly this, or null. */
export async function keptHours(
  { stores, log }: Pick<Services, 'stores' | 'log'>,
  channelId: string | null,
): Promise<WorkingHours | null> {
  const text = await stores.settings.get(settingOf(channelId));
  if (text === null) return null;
  try {
    return workingHoursShape.parse(JSON.parse(text));
  } catch (error) {
    log.error('working hours cannot be read; others hold', { channelId, error });
    return null;
  }
}

/** Sets them; null for a channel means those of the workspace. Throws `invalid` for what cannot be used. */
export async function setWorkingHours(
  services: Services,
  request: Request,
  channelId: string | null,
  hours: WorkingHours | null,
): Promise<void> {
  authorise(request.actor, 'admin', 'change settings', services.admins);
  if (hours !== null && !isWorkingHours(hours)) {
    throw new RekeyError('invalid', 'These hours cannot be used.', {
      next: 'Give a time zone such as Europe/Zurich, at least one day, and times such as 09:00.',
    });
  }
  const { settings } = services.stores;
  const name = settingOf(channelId);
  await claimAndWrite(services, request, [
    hours === null ? settings.remove(name) : settings.set(name, JSON.stringify(hours), services.clock.now()),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'settings.hours',
        entityKind: 'settings',
        entityId: name,
        correlationId: request.correlationId,
        detail: { from: await keptHours(services, channelId), to: hours },
      },
      'done',
    ),
  ]);
}
