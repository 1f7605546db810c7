import { personOf } from '../domain/actor.ts';
import type { Connection } from '../domain/connection.ts';
import { RekeyError } from '../errors.ts';
import type { Message } from '../ports/slack.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

const ALERT_CHANNEL = 'alert_channel';

/** Where alerts go that no connection's own channel takes, and who said so. */
export interface AlertChannel {
  readonly channelId: string | null;
  readonly from: 'settings' | 'environment' | 'nowhere';
}

export async function alertChannel(
  services: Pick<Services, 'stores' | 'defaultAlertChannel'>,
): Promise<AlertChannel> {
  const kept = await services.stores.settings.get(ALERT_CHANNEL);
  if (kept !== null) return { channelId: kept, from: 'settings' };
  return services.defaultAlertChannel === null
    ? { channelId: null, from: 'nowhere' }
    : { channelId: services.defaultAlertChannel, from: 'environment' };
}

/** Saves whose test message is on its way, by their claims. */
const underWay = new Set<string>();

/** Saves the workspace's alert channel, after a message could really be posted there. */
export async function setAlertChannel(
  services: Services,
  request: Request,
  channelId: string,
  testMessage: Message,
): Promise<void> {
  authorise(request.actor, 'admin', 'change settings', services.admins);
  const before = await alertChannel(services);
  if (before.channelId === channelId) return;
  // The claim is taken with the change, since a refused post must be tried again from the same window; until then
  // this keeps the second of two quick clicks from posting too.
  if (underWay.has(request.claimId)) throw new RekeyError('conflict', 'This is being saved already.');
  underWay.add(request.claimId);
  try {
    await tryPost(services, channelId, testMessage);
  } finally {
    underWay.delete(request.claimId);
  }
  await claimAndWrite(services, request, [
    services.stores.settings.set(ALERT_CHANNEL, channelId, services.clock.now()),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'settings.alert_channel',
        entityKind: 'settings',
        entityId: ALERT_CHANNEL,
        correlationId: request.correlationId,
        detail: { from: before.channelId, to: channelId },
      },
      'done',
    ),
  ]);
}

/**
 * Posts a test message, once for each claim of the request; throws a RekeyError that says why not and what to do.
 */
export async function postTest(
  services: Services,
  request: Request,
  channelId: string,
  message: Message,
): Promise<void> {
  authorise(request.actor, 'admin', 'post test messages', services.admins);
  await claimAndWrite(services, request, []);
  await tryPost(services, channelId, message);
}

/** The first message in a connection's own alert channel; throws when alerts would not arrive there. */
export async function greetChannel(
  services: Services,
  connection: Pick<Connection, 'alertChannel'>,
  message: Message,
): Promise<void> {
  if (connection.alertChannel !== null) await tryPost(services, connection.alertChannel, message);
}

async function tryPost(services: Services, channelId: string, message: Message): Promise<void> {
  if (!/^[CG][A-Z0-9]+$/.test(channelId)) {
    throw new RekeyError('invalid', 'That is not a channel.', { next: 'Choose a channel.' });
  }
  const posted = await services.poster.post(channelId, message);
  if (!posted.ok) throw channelTrouble(posted.error, posted.permanent);
  await services.stores.atomically([services.stores.outlets.mended(channelId)]);
}

/**
 * Slack's refusal to post, in words for the person who chose the channel. That a channel is shared with another
 * organization is not among them: Slack takes messages there, and tells who is in a channel only to apps with
 * channels:read, which Rekey does not ask for. The menus leave such channels out.
 */
export function channelTrouble(slackError: string, permanent: boolean): RekeyError {
  if (!permanent) {
    return new RekeyError('unreachable', `Slack did not take the message for that channel (${slackError}).`, {
      next: 'Try again in a minute.',
    });
  }
  switch (slackError) {
    case 'not_in_channel':
    case 'channel_not_found':
      return new RekeyError('invalid', 'Rekey is not a member of that channel.', {
        next: 'Type `/invite @Rekey` in that channel first.',
      });
    case 'is_archived':
      return new RekeyError('invalid', 'That channel is archived.', { next: 'Choose another channel.' });
    case 'restricted_action':
    case 'restricted_action_read_only_channel':
      return new RekeyError('invalid', 'Rekey may not post in that channel.', {
        next: 'Ask a channel manager to let apps post there, or choose another channel.',
      });
    default:
      return new RekeyError('invalid', `Slack refused the message for that channel (${slackError}).`, {
        next: 'Choose another channel.',
      });
  }
}
