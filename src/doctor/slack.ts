import type { WebClient } from '@slack/web-api';
import type { Config } from '../config.ts';
import { RekeyError } from '../errors.ts';
import { watchedChannels } from '../handlers/leaks/channel-watch.ts';
import { neededScopes } from '../manifest.ts';
import type { Clock, Log } from '../ports/world.ts';
import { slackFailure, unreachable } from '../slack/failures.ts';
import { whoAreWe, type OurIdentity } from '../slack/identity.ts';
import { slackPeople } from '../slack/people.ts';
import { failed, failure, ok, warning, type Finding } from './finding.ts';

/** Asks Slack about the bot's token: whose it is and what it may do. `us` is null when it does not work. */
export async function checkBotToken(
  client: WebClient,
  log: Log,
): Promise<{ findings: Finding[]; us: OurIdentity | null }> {
  const what = 'Slack bot token';
  try {
    const us = await whoAreWe(client, log);
    const app = us.appId === null ? '' : `, app ${us.appId}`;
    const { response_metadata: metadata } = await client.auth.test();
    return {
      us,
      findings: [
        ok(what, `Slack takes it: workspace ${us.teamName} (${us.teamId})${app}.`),
        ...scopes(metadata?.scopes),
        ...channelWatch(metadata?.scopes),
      ],
    };
  } catch (error) {
    return { findings: [failure(what, error)], us: null };
  }
}

function scopes(given: readonly string[] | undefined): Finding[] {
  const what = 'Slack scopes';
  if (given === undefined) return [warning(what, 'Slack did not say which there are.', 'Try again.')];
  const needed = neededScopes();
  const missing = needed.required.filter((scope) => !given.includes(scope));
  const absent = needed.optional.filter((scope) => !given.includes(scope));
  const add =
    'Add them under “OAuth & Permissions” of the app (or use the printed manifest) and reinstall it.';
  return [
    missing.length === 0
      ? ok(what, `All that are needed: ${needed.required.join(', ')}.`)
      : failed(what, `Missing: ${missing.join(', ')}.`, add),
    ...absent.map((scope) =>
      warning(what, `The optional ${scope} is not there; what it is for is off.`, `${add} Or leave it so.`),
    ),
  ];
}

/** Looking for keys in channels is an overlay of the manifest; most installations are without. */
function channelWatch(given: readonly string[] | undefined): Finding[] {
  const what = 'Keys in channels';
  if (given === undefined) return [];
  const { seen, unseen } = watchedChannels(given);
  if (seen.length === 0) {
    return [
      ok(
        what,
        'Not looked for: the app has none of the scopes (`npm run manifest -- --with channel-watch`).',
      ),
    ];
  }
  const said = `Looked for in ${seen.join(' and ')} that Rekey is in, if the app also subscribes to their events, which Slack does not tell.`;
  if (unseen.length === 0) return [ok(what, said)];
  return [
    warning(
      what,
      `${said} Not in ${unseen.join(' and ')}.`,
      'Print the manifest anew with --with channel-watch, and reinstall the app. Or leave it so.',
    ),
  ];
}

/** Socket Mode: asks for a socket's address, without connecting. HTTP: what can be said without a request. */
export async function checkTransport(
  config: Config,
  us: Pick<OurIdentity, 'appId'> | null,
  appClient: WebClient | null,
): Promise<Finding> {
  if (config.transport.kind === 'http' || appClient === null) {
    return ok('Slack signing secret', 'It is set; only a request of Slack can prove it.');
  }
  const what = 'Slack app token';
  try {
    await appClient.apps.connections.open();
  } catch (error) {
    const problem = slackFailure(error);
    if (problem.kind !== 'refused') return failure(what, unreachable('Slack could not be asked', problem));
    return failed(
      what,
      `Slack refuses it (${problem.error}).`,
      'Make one with the scope connections:write under “Basic Information” of the app, and switch Socket Mode on.',
    );
  }
  // xapp-1-A0123-…: the app it belongs to is no secret.
  const appId = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(config.transport.appToken.reveal())?.[1];
  if (appId !== undefined && us?.appId !== undefined && us.appId !== null && appId !== us.appId) {
    return failed(
      what,
      `It belongs to the app ${appId}, and the bot token to ${us.appId}.`,
      'Take both tokens from the same app.',
    );
  }
  return ok(what, 'Slack gives a socket for it.');
}

/** Whether those who cannot be taken back from Slack are people who can use Rekey. */
export async function checkAdmins(client: WebClient, config: Config, clock: Clock): Promise<Finding[]> {
  const what = 'Admins';
  const people = slackPeople(client, clock);
  const mend = 'Correct REKEY_ADMINS: “Copy member ID” is in the menu of a person’s profile.';
  const findings: Finding[] = [];
  for (const userId of config.admins) {
    try {
      const person = await people.person(userId, 0);
      const wrong = person.deactivated
        ? 'is deactivated'
        : person.bot
          ? 'is a bot'
          : person.guest || person.stranger
            ? 'is no full member of the workspace'
            : null;
      if (wrong !== null) findings.push(failed(what, `${userId} ${wrong}.`, mend));
    } catch (error) {
      const gone = error instanceof RekeyError && error.code === 'forbidden';
      findings.push(
        gone ? failed(what, `${userId} is nobody in this workspace.`, mend) : failure(what, error),
      );
    }
  }
  return findings.length > 0 ? findings : [ok(what, `${config.admins.length}, all of them members.`)];
}
