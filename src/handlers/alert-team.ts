import type { NoticePlace } from '../domain/notice.ts';
import type { Message } from '../ports/slack.ts';
import type { Write } from '../ports/stores.ts';
import { alertWrites } from './alert.ts';
import type { Services } from './services.ts';
import { alertChannel } from './settings.ts';

/** Writes that tell the alert channel, or each admin where there is none. */
export async function alertTeam(
  services: Services,
  message: Message,
  correlationId: string,
): Promise<Write[]> {
  const { channelId } = await alertChannel(services);
  const places: NoticePlace[] =
    channelId === null
      ? services.admins.map((userId) => ({ kind: 'person', userId }))
      : [{ kind: 'channel', channelId }];
  const alerts = places.map((target) => alertWrites(services, { target, message, correlationId }));
  return (await Promise.all(alerts)).flatMap(({ writes }) => writes);
}
