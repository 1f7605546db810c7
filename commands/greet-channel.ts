import type { Connection } from '../src/domain/connection.ts';
import { greetChannel } from '../src/handlers/settings.ts';
import type { Services } from '../src/handlers/services.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { bold, channel, escape, person } from '../src/slack/blocks/mrkdwn.ts';
import { refusalText } from './refusal.ts';

/**
 * Posts a first message in a connection's own alert channel, if it has one. Null when that worked; else, in mrkdwn,
 * why alerts would not arrive there and how to mend it. The connection is good either way.
 */
export async function greet(
  services: Services,
  connection: Connection,
  by: { userId: string; correlationId: string },
): Promise<string | null> {
  if (connection.alertChannel === null) return null;
  try {
    await greetChannel(services, connection, {
      text: `Alerts of ${escape(connection.name)} will come to this channel.`,
      blocks: [
        section(
          `Alerts of ${bold(connection.name)} will come to this channel. Set up by ${person(by.userId)}.`,
        ),
      ],
    });
    return null;
  } catch (error) {
    const why = refusalText(error, by.correlationId, services.log);
    return `*Alerts will not reach ${channel(connection.alertChannel)} yet.* ${why}`;
  }
}
