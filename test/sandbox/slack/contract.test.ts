import { createEmulator } from 'emulate';
import { SlackStandIn } from '../../../sandbox/slack/stand-in.ts';
import { clientOf } from './client.ts';
import { slackContract, type Subject } from './contract.ts';
import { freePort } from '../../support/free-port.ts';

/** Scopes for everything in the contract. */
const scopes = [
  'chat:write',
  'commands',
  'users:read',
  'users:read.email',
  'channels:read',
  'channels:history',
  'im:write',
];

async function standIn(): Promise<Subject> {
  const slack = await SlackStandIn.start({ scopes });
  const person = slack.addPerson({ name: 'alice', email: 'alice@acme.test' });
  const channel = slack.addChannel({ name: 'secops' });
  return {
    client: clientOf(slack.botToken, slack.url),
    channel: channel.id,
    user: person.id,
    email: 'alice@acme.test',
    trigger: (viewId) => Promise.resolve(slack.issueTrigger(person.id, viewId)),
    stop: () => slack.stop(),
  };
}

/** A port that nobody uses at this moment: the emulator wants to be told one. */
async function emulator(): Promise<Subject> {
  const bot = { app_id: 'A0REKEY', bot_id: 'B0REKEY', bot_user_id: 'U0REKEY' };
  const seed = {
    team: { name: 'Example', domain: 'example' },
    users: [{ name: 'alice', real_name: 'Alice', email: 'alice@acme.test' }],
    channels: [{ name: 'secops', is_private: false }],
    strict_scopes: true,
    oauth_apps: [{ ...bot, client_id: '1.2', client_secret: 'cs', name: 'Rekey', redirect_uris: [], scopes }],
    tokens: [{ token: 'xoxb-test', type: 'bot', ...bot, user_id: 'U0REKEY', scopes }],
  };
  const running = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: { slack: seed },
  });
  const client = clientOf('xoxb-test', `${running.url}/api/`);
  const { channels } = await client.conversations.list({});
  const { user } = await client.users.lookupByEmail({ email: 'alice@acme.test' });
  return {
    client,
    channel: channels?.find((each) => each.name === 'secops')?.id ?? '',
    user: user?.id ?? '',
    email: 'alice@acme.test',
    async trigger(viewId) {
      const answer = await client.apiCall('views.generateTriggerId', {
        user_id: user?.id ?? '',
        view_id: viewId,
      });
      return 'trigger_id' in answer ? String(answer.trigger_id) : '';
    },
    stop: () => running.close(),
  };
}

slackContract('the stand-in', standIn);
slackContract('the emulator of emulate 0.12.2', emulator);
