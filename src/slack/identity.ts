import type { WebClient } from '@slack/web-api';
import { RekeyError } from '../errors.ts';
import type { Log } from '../ports/world.ts';
import { slackFailure, unreachable } from './failures.ts';

/** Who Slack says we are. */
export interface OurIdentity {
  readonly teamId: string;
  readonly teamName: string;
  readonly botUserId: string;
  readonly botId: string;
  /** Null when Slack would not say; then the app id of payloads is not compared. */
  readonly appId: string | null;
  /** The workspace's address; null when Slack did not say. */
  readonly url: string | null;
  /** The scopes of the bot's token; null when Slack did not say. */
  readonly scopes: readonly string[] | null;
}

/** Asks at start; a refused token ends the start with a word on where to find the right one. */
export async function whoAreWe(web: WebClient, log: Log): Promise<OurIdentity> {
  try {
    const us = await web.auth.test();
    if (us.is_enterprise_install === true) {
      throw new RekeyError(
        'invalid',
        'Rekey was installed for a whole organization; one instance serves one workspace.',
        {
          next: 'Install the app in the workspace itself and use that bot token.',
        },
      );
    }
    return {
      teamId: us.team_id ?? '',
      teamName: us.team ?? '',
      botUserId: us.user_id ?? '',
      botId: us.bot_id ?? '',
      appId: await appIdOf(web, us.bot_id ?? '', log),
      url: us.url ?? null,
      scopes: us.response_metadata?.scopes ?? null,
    };
  } catch (error) {
    if (error instanceof RekeyError) throw error;
    const failure = slackFailure(error);
    if (failure.kind === 'refused') {
      throw new RekeyError('invalid', `Slack refuses SLACK_BOT_TOKEN (${failure.error}).`, {
        next: 'Copy the Bot User OAuth Token from the app’s page “OAuth & Permissions”.',
      });
    }
    throw unreachable('Rekey could not reach Slack', failure);
  }
}

async function appIdOf(web: WebClient, botId: string, log: Log): Promise<string | null> {
  try {
    return (await web.bots.info({ bot: botId })).bot?.app_id ?? null;
  } catch (error) {
    log.info('the app id is not known', { failure: slackFailure(error) });
    return null;
  }
}

/** Why the socket of Socket Mode could not be opened, in words for whoever starts Rekey. */
export function socketTrouble(error: unknown): RekeyError {
  const failure = slackFailure(error);
  if (failure.kind !== 'refused') return unreachable('Rekey could not open its socket to Slack', failure);
  return new RekeyError('invalid', `Slack refuses SLACK_APP_TOKEN (${failure.error}).`, {
    next: 'Make an app-level token with connections:write under “Basic Information”, and turn Socket Mode on.',
  });
}
