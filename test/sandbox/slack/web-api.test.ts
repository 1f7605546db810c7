import { WebAPIRateLimitedError, WebAPIPlatformError } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SlackStandIn, type StandInOptions } from '../../../sandbox/slack/stand-in.ts';
import { clientOf } from './client.ts';
import { refusalOf } from './contract.ts';
import { alertBlocks, connectModal, home, plain } from './sample-views.ts';

let slack: SlackStandIn;
let nowMs: number;

beforeEach(() => {
  nowMs = 1_900_000_000_000;
});
afterEach(() => slack.stop());

async function start(options: StandInOptions = {}) {
  slack = await SlackStandIn.start({ clock: { now: () => nowMs }, ...options });
  const person = slack.addPerson({ name: 'alice' });
  const channel = slack.addChannel({ name: 'secops' });
  const client = clientOf(slack.botToken, slack.url);
  return { client, user: person.id, channel: channel.id };
}

/** The whole answer of a call that is refused. */
async function answerOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  return error instanceof WebAPIPlatformError ? error.data : error;
}

describe('tokens and scopes', () => {
  test('only tokens it knows, of the right kind', async () => {
    const { client } = await start();
    const whoAmI = (token?: string) => refusalOf(clientOf(token ?? '', slack.url).auth.test());
    expect(await whoAmI('xoxb-nobody')).toBe('invalid_auth');
    expect(await whoAmI()).toBe('not_authed');
    expect(await refusalOf(client.apps.connections.open())).toBe('not_allowed_token_type');
    slack.changeBotToken({ revoked: true });
    expect(await refusalOf(client.auth.test())).toBe('token_revoked');
  });

  test('a missing scope is named beside those at hand', async () => {
    const { client, channel } = await start({ scopes: ['commands'] });
    expect(await answerOf(client.chat.postMessage({ channel, text: 'x' }))).toMatchObject({
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    });
    expect(await answerOf(client.conversations.list({ types: 'private_channel' }))).toMatchObject({
      needed: 'groups:read',
    });
    expect((await client.auth.test()).response_metadata?.scopes).toEqual(['commands']);
  });

  test('an e-mail address is shown with its scope only', async () => {
    const { client, user } = await start({ scopes: ['users:read'] });
    expect((await client.users.info({ user })).user?.profile).not.toHaveProperty('email');
    slack.changeBotToken({ scopes: ['users:read', 'users:read.email'] });
    expect((await client.users.info({ user })).user?.profile?.email).toBe('alice@example.com');
  });

  test('an unknown method is a defect', async () => {
    const { client } = await start();
    expect(await refusalOf(client.apiCall('chat.shout'))).toBe('unknown_method');
    expect(slack.defects.map((each) => each.what)).toEqual(['unknown method: chat.shout']);
  });

  test('a missing argument is named', async () => {
    const { client } = await start();
    expect(await answerOf(client.apiCall('chat.postMessage', { text: 'x' }))).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] missing required field: channel'] },
    });
  });
});

describe('messages', () => {
  test.each([
    ['a public channel without the bot', { kind: 'public', bot: false }, 'not_in_channel'],
    ['a private channel without the bot', { kind: 'private', bot: false }, 'channel_not_found'],
    ['an archived channel', { archived: true }, 'is_archived'],
  ] as const)('%s', async (_what, channel, error) => {
    const { client } = await start();
    const { id } = slack.addChannel({ name: 'other', ...channel });
    expect(await refusalOf(client.chat.postMessage({ channel: id, text: 'x' }))).toBe(error);
  });

  test.each([
    ['a bot', { isBot: true }, 'cannot_dm_bot'],
    ['somebody who left', { deleted: true }, 'user_disabled'],
    ['somebody of another workspace', { teamId: 'T0OTHER' }, 'channel_not_found'],
  ])('a direct message to %s is refused', async (_what, flags, error) => {
    const { client } = await start();
    const { id } = slack.addPerson({ name: 'other', ...flags });
    expect(await refusalOf(client.chat.postMessage({ channel: id, text: 'x' }))).toBe(error);
  });

  test('blocks are validated with a pointer', async () => {
    const { client, channel } = await start();
    const blocks = [{ type: 'header', text: plain('x'.repeat(151)) }];
    expect(await answerOf(client.chat.postMessage({ channel, text: 'x', blocks }))).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: {
        messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
      },
    });
    const long = Array.from({ length: 5 }, () => ({ type: 'section', text: plain('x'.repeat(2_900)) }));
    expect(await refusalOf(client.chat.postMessage({ channel, text: 'x', blocks: long }))).toBe(
      'msg_blocks_too_long',
    );
    expect(await refusalOf(client.apiCall('chat.postMessage', { channel, text: 'x', blocks: '{no' }))).toBe(
      'invalid_blocks_format',
    );
  });

  test('a message needs words, and ought to have fallback text', async () => {
    const { client, channel } = await start();
    expect(await refusalOf(client.apiCall('chat.postMessage', { channel }))).toBe('no_text');
    await client.apiCall('chat.postMessage', { channel, blocks: alertBlocks });
    expect(slack.defects.map((each) => each.what)).toEqual(['a message without fallback text']);
  });

  test('an update without blocks removes them; long texts and ephemerals are refused', async () => {
    const { client, channel, user } = await start();
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x', blocks: alertBlocks });
    expect(slack.as(user).messages('secops')[0]?.blocks).toHaveLength(2);
    await client.chat.update({ channel, ts, text: 'y' });
    expect(slack.as(user).messages('secops')[0]?.blocks).toEqual([]);
    expect(await refusalOf(client.chat.update({ channel, ts, text: 'x'.repeat(4_001) }))).toBe(
      'msg_too_long',
    );
    const { message_ts: hidden = '' } = await client.chat.postEphemeral({ channel, user, text: 'x' });
    expect(await refusalOf(client.chat.update({ channel, ts: hidden, text: 'y' }))).toBe('message_not_found');
    slack.say(user, channel, 'mine');
    const mine = slack.as(user).messages('secops').at(-1)?.ts ?? '';
    expect(await refusalOf(client.chat.update({ channel, ts: mine, text: 'y' }))).toBe('cant_update_message');
    expect(await refusalOf(client.chat.delete({ channel, ts: mine }))).toBe('cant_delete_message');
  });

  test('an ephemeral message is for somebody in the channel, and gone after a reload', async () => {
    const { client, channel, user } = await start();
    const outside = slack.addPerson({ name: 'bob' }).id;
    expect(await refusalOf(client.chat.postEphemeral({ channel, user: outside, text: 'x' }))).toBe(
      'user_not_in_channel',
    );
    await client.chat.postEphemeral({ channel, user, text: 'only alice' });
    expect(
      slack
        .as(user)
        .ephemerals()
        .map((each) => each.text),
    ).toEqual(['only alice']);
    slack.reload(user);
    expect(slack.as(user).ephemerals()).toEqual([]);
  });

  test('metadata is shown to those who ask for it', async () => {
    const { client, channel } = await start({ scopes: ['chat:write', 'channels:history'] });
    const metadata = { event_type: 'notice', event_payload: { id: 'n1' } };
    await client.chat.postMessage({ channel, text: 'x', metadata });
    const [bare] = (await client.conversations.history({ channel })).messages ?? [];
    expect(bare).not.toHaveProperty('metadata');
    const [full] =
      (await client.conversations.history({ channel, include_all_metadata: true })).messages ?? [];
    expect(full).toMatchObject({ metadata });
  });
});

describe('views', () => {
  test('a trigger lives three seconds', async () => {
    const { client, user } = await start();
    const [early, late] = [slack.issueTrigger(user), slack.issueTrigger(user)];
    nowMs += 3_000;
    expect(await refusalOf(client.views.open({ trigger_id: early, view: connectModal }))).toBe('ok');
    nowMs += 1;
    expect(await refusalOf(client.views.open({ trigger_id: late, view: connectModal }))).toBe(
      'expired_trigger_id',
    );
  });

  test('a view is validated with a pointer', async () => {
    const { client, user } = await start();
    const open = (view: object) =>
      client.apiCall('views.open', { trigger_id: slack.issueTrigger(user), view });
    expect(await answerOf(open({ ...connectModal, title: plain('x'.repeat(25)) }))).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: {
        messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
      },
    });
    expect(await refusalOf(open(home))).toBe('invalid_arguments');
    const heavy = { ...connectModal, private_metadata: 'x'.repeat(250_000) };
    expect(await refusalOf(open(heavy))).toBe('view_too_large');
  });

  test('a closed view cannot be changed; an external id finds an open one and is unique', async () => {
    const { client, user } = await start();
    const view = { ...connectModal, external_id: 'draft-7' };
    const opened = await client.views.open({ trigger_id: slack.issueTrigger(user), view });
    const found = await client.views.update({ external_id: 'draft-7', view });
    expect(found.view?.id).toBe(opened.view?.id);
    const other = slack.addPerson({ name: 'bob' }).id;
    const again = client.views.open({ trigger_id: slack.issueTrigger(other), view });
    expect(await refusalOf(again)).toBe('duplicate_external_id');
    await slack
      .as(user)
      .modal()
      ?.close('x')
      .catch(() => undefined);
    expect(await refusalOf(client.views.update({ view_id: opened.view?.id ?? '', view }))).toBe('not_found');
  });

  test('Home is refused when the manifest turns it off', async () => {
    const { client, user } = await start({
      manifest: { features: { app_home: { home_tab_enabled: false } } },
    });
    expect(await refusalOf(client.views.publish({ user_id: user, view: home }))).toBe('not_enabled');
  });
});

describe('user groups', () => {
  test('are read with their members, unless the plan has none', async () => {
    const { client, user } = await start();
    const { id } = slack.addUserGroup({ handle: 'oncall', users: [user] });
    expect((await client.usergroups.users.list({ usergroup: id })).users).toEqual([user]);
    const listed = await client.usergroups.list({ include_users: true });
    expect(listed.usergroups).toMatchObject([{ id, handle: 'oncall', users: [user] }]);
    expect(await refusalOf(client.usergroups.users.list({ usergroup: 'S0' }))).toBe('no_such_subteam');
    slack.settings.freePlan = true;
    expect(await refusalOf(client.usergroups.list())).toBe('plan_upgrade_required');
  });
});

describe('limits and faults', () => {
  test('one message a second and channel', async () => {
    const { channel, user } = await start({ rateLimits: true });
    const client = clientOf(slack.botToken, slack.url, { rejectRateLimitedCalls: true });
    await client.chat.postMessage({ channel, text: '1' });
    await client.chat.postMessage({ channel: user, text: 'elsewhere' });
    const refused: unknown = await client.chat
      .postMessage({ channel, text: '2' })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WebAPIRateLimitedError);
    expect(refused).toMatchObject({ retryAfter: 1 });
    nowMs += 1_000;
    await client.chat.postMessage({ channel, text: '2' });
  });

  test('a tier is so many calls a minute', async () => {
    await start({ rateLimits: true });
    const client = clientOf(slack.botToken, slack.url, { rejectRateLimitedCalls: true });
    for (let call = 0; call < 20; call += 1) await client.usergroups.list();
    await expect(client.usergroups.list()).rejects.toBeInstanceOf(WebAPIRateLimitedError);
    nowMs += 60_000;
    await client.usergroups.list();
  });

  test('429 carries Retry-After and has no effect', async () => {
    const { channel, user } = await start();
    const client = clientOf(slack.botToken, slack.url, { rejectRateLimitedCalls: true });
    slack.faults.add('chat.postMessage', { kind: 'http', status: 429, retryAfter: 7 });
    const refused: unknown = await client.chat
      .postMessage({ channel, text: 'x' })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ retryAfter: 7 });
    expect(slack.as(user).messages('secops')).toEqual([]);
  });

  test('a given error, a status, a delay', async () => {
    const { client, channel } = await start();
    slack.faults.add('*', { kind: 'error', error: 'fatal_error', messages: ['why'] });
    slack.faults.add('chat.postMessage', { kind: 'http', status: 503 });
    slack.faults.add('chat.postMessage', { kind: 'latency', ms: 30 });
    const post = (text: string) => client.chat.postMessage({ channel, text });
    expect(await answerOf(post('1'))).toMatchObject({
      error: 'fatal_error',
      response_metadata: { messages: ['why'] },
    });
    await expect(post('2')).rejects.toThrow('503');
    const began = performance.now();
    await post('3');
    expect(performance.now() - began).toBeGreaterThanOrEqual(25);
    expect(slack.received.map((each) => [each.ok, each.status])).toEqual([
      [false, 200],
      [false, 503],
      [true, 200],
    ]);
  });

  test('an answer can be lost after the effect, or the call hang without one', async () => {
    const { channel, user } = await start();
    const client = clientOf(slack.botToken, slack.url, { timeout: 250 });
    slack.faults.add('chat.postMessage', { kind: 'answer_lost', how: 'reset' });
    slack.faults.add('chat.postMessage', { kind: 'answer_lost' });
    slack.faults.add('chat.postMessage', { kind: 'hang' });
    const post = (text: string) => client.chat.postMessage({ channel, text });
    for (const text of ['reset', 'lost', 'hung'])
      await expect(post(text)).rejects.toThrow(/request error|timeout/i);
    expect(
      slack
        .as(user)
        .messages('secops')
        .map((each) => each.text),
    ).toEqual(['reset', 'lost']);
  });

  test('a fault can be kept to some calls', async () => {
    const { client, channel } = await start();
    const when = (args: Readonly<Record<string, unknown>>) => args['text'] === 'bad';
    slack.faults.add('chat.postMessage', { kind: 'error', error: 'fatal_error' }, { when, times: Infinity });
    expect(await refusalOf(client.chat.postMessage({ channel, text: 'good' }))).toBe('ok');
    expect(await refusalOf(client.chat.postMessage({ channel, text: 'bad' }))).toBe('fatal_error');
    slack.faults.clear();
    expect(await refusalOf(client.chat.postMessage({ channel, text: 'bad' }))).toBe('ok');
  });
});
