import type { Stop } from '../../domain/pause.ts';
import type { Message } from '../../ports/slack.ts';
import { authorise } from '../authorise.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { endStop, setStop, stopOf } from '../stop-setting.ts';

const SETTING = 'channel_watch_stop';

/** What an app hears of, by the scope that lets it. */
const KINDS: Readonly<Record<string, string>> = {
  'channels:history': 'public channels',
  'groups:history': 'private channels',
  'mpim:history': 'group messages',
};

/** In which channels the token lets Rekey look for keys, and in which it does not. */
export function watchedChannels(scopes: readonly string[]): {
  readonly seen: readonly string[];
  readonly unseen: readonly string[];
} {
  const has = (wanted: boolean): string[] =>
    Object.entries(KINDS).flatMap(([scope, kind]) => (scopes.includes(scope) === wanted ? [kind] : []));
  return { seen: has(true), unseen: has(false) };
}

/** Who switched it off and when, or null: it is on wherever the scopes are. */
export async function channelWatchStop(services: Pick<Services, 'stores'>): Promise<Stop | null> {
  return stopOf(services, SETTING);
}

/** No message is looked at any more, on every instance. Throws `conflict` when somebody was first. */
export async function stopChannelWatch(
  services: Services,
  request: Request,
  why: string,
  said: Message,
): Promise<void> {
  authorise(request.actor, 'admin', 'switch off looking for keys in channels', services.admins);
  const taken = (by: string): string => `It was switched off already by <@${by}>.`;
  await setStop(services, request, {
    setting: SETTING,
    verb: 'settings.channel_watch_off',
    said,
    why,
    taken,
  });
}

/** Messages are looked at again. Throws `conflict` when somebody was first. */
export async function resumeChannelWatch(services: Services, request: Request, said: Message): Promise<void> {
  authorise(request.actor, 'admin', 'switch on looking for keys in channels', services.admins);
  const over = 'It is on already.';
  await endStop(services, request, { setting: SETTING, verb: 'settings.channel_watch_on', said, over });
}
