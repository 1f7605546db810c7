import { afterEach, describe, expect, test } from 'vitest';
import { SlackStandIn } from '../../../sandbox/slack/stand-in.ts';
import { clientOf } from './client.ts';
import { refusalOf } from './contract.ts';

/** What the Web API tells of people, channels and the workspace. */

let slack: SlackStandIn;

afterEach(() => slack.stop());

const scopes = [
  'channels:read',
  'groups:read',
  'im:read',
  'im:write',
  'users:read',
  'users:read.email',
  'team:read',
];

async function start() {
  slack = await SlackStandIn.start({ scopes });
  return clientOf(slack.botToken, slack.url);
}

describe('people', () => {
  test('carry the flags by which an app refuses them', async () => {
    const client = await start();
    const { id } = slack.addPerson({
      name: 'guest',
      isRestricted: true,
      isUltraRestricted: true,
      deleted: true,
    });
    const stranger = slack.addPerson({ name: 'paula', teamId: 'T0OTHER', isStranger: true }).id;
    expect((await client.users.info({ user: id })).user).toMatchObject({
      is_restricted: true,
      is_ultra_restricted: true,
      deleted: true,
      is_bot: false,
      team_id: slack.teamId,
    });
    expect((await client.users.info({ user: id })).user).not.toHaveProperty('is_stranger');
    expect((await client.users.info({ user: stranger })).user).toMatchObject({
      is_stranger: true,
      team_id: 'T0OTHER',
    });
  });

  test('of another workspace are not visible, and those who left are not found by e-mail', async () => {
    const client = await start();
    const outsider = slack.addPerson({ name: 'mallory', teamId: 'T0OTHER' }).id;
    slack.addPerson({ name: 'carol', deleted: true });
    expect(await refusalOf(client.users.info({ user: outsider }))).toBe('user_not_visible');
    expect(await refusalOf(client.users.lookupByEmail({ email: 'carol@example.com' }))).toBe(
      'users_not_found',
    );
    slack.addPerson({ name: 'dave' });
    expect((await client.users.lookupByEmail({ email: 'DAVE@example.com' })).user?.name).toBe('dave');
  });

  test('are listed page by page', async () => {
    const client = await start();
    for (const name of ['a', 'b', 'c', 'd']) slack.addPerson({ name });
    const names: string[] = [];
    for await (const page of client.paginate('users.list', { limit: 2 })) {
      const { members } = page as unknown as { members: { name: string }[] };
      expect(members.length).toBeLessThanOrEqual(2);
      names.push(...members.map((each) => each.name));
    }
    expect(names).toEqual(['rekey', 'a', 'b', 'c', 'd']);
    expect(await refusalOf(client.users.list({ cursor: 'garbage' }))).toBe('invalid_cursor');
  });
});

describe('channels', () => {
  test('say whether they are private, archived, shared, and joined', async () => {
    const client = await start();
    const { id } = slack.addChannel({ name: 'partners', extShared: true, archived: true, bot: false });
    expect((await client.conversations.info({ channel: id })).channel).toMatchObject({
      name: 'partners',
      is_private: false,
      is_archived: true,
      is_ext_shared: true,
      is_member: false,
    });
  });

  test('that are private are hidden unless the bot is in', async () => {
    const client = await start();
    const hidden = slack.addChannel({ name: 'hidden', kind: 'private', bot: false }).id;
    const joined = slack.addChannel({ name: 'joined', kind: 'private' }).id;
    expect(await refusalOf(client.conversations.info({ channel: hidden }))).toBe('channel_not_found');
    const listed = await client.conversations.list({ types: 'private_channel' });
    expect(listed.channels?.map((each) => each.id)).toEqual([joined]);
    expect(await refusalOf(client.conversations.list({ types: 'secret' }))).toBe('invalid_types');
  });

  test('list their members; archived ones can be left out', async () => {
    const client = await start();
    const alice = slack.addPerson({ name: 'alice' }).id;
    const open = slack.addChannel({ name: 'open' }).id;
    slack.addChannel({ name: 'old', archived: true });
    expect((await client.conversations.members({ channel: open })).members).toEqual([alice, slack.botUserId]);
    const listed = await client.conversations.list({ exclude_archived: true });
    expect(listed.channels?.map((each) => each.name)).toEqual(['open']);
  });

  test('of direct messages are opened with one person', async () => {
    const client = await start();
    const alice = slack.addPerson({ name: 'alice' }).id;
    const { channel } = await client.conversations.open({ users: alice });
    expect((await client.conversations.open({ channel: channel?.id ?? '' })).channel?.id).toBe(channel?.id);
    expect((await client.conversations.info({ channel: channel?.id ?? '' })).channel).toMatchObject({
      is_im: true,
      user: alice,
    });
    expect(await refusalOf(client.conversations.open({ users: `${alice},U0NOBODY` }))).toBe(
      'invalid_user_combination',
    );
    expect(await refusalOf(client.conversations.open({ users: 'U0NOBODY' }))).toBe('user_not_found');
    slack.world.person(alice).deleted = true;
    expect(await refusalOf(client.conversations.open({ users: alice }))).toBe('user_disabled');
  });

  test('keep their history for those with the scope', async () => {
    const client = await start();
    const { id } = slack.addChannel({ name: 'open' });
    expect(await refusalOf(client.conversations.history({ channel: id }))).toBe('missing_scope');
    slack.changeBotToken({ scopes: ['channels:history'] });
    const outside = slack.addChannel({ name: 'outside', bot: false }).id;
    expect(await refusalOf(client.conversations.history({ channel: outside }))).toBe('not_in_channel');
    expect(await refusalOf(client.conversations.replies({ channel: id, ts: '1.000001' }))).toBe(
      'thread_not_found',
    );
  });
});

test('the workspace and the bot tell their names', async () => {
  const client = await start();
  expect((await client.team.info()).team).toMatchObject({ id: slack.teamId, domain: 'example' });
  expect(await refusalOf(client.team.info({ team: 'T0NOWHERE' }))).toBe('team_not_found');
  expect((await client.bots.info({})).bot).toMatchObject({ user_id: slack.botUserId, app_id: slack.appId });
  expect(await refusalOf(client.bots.info({ bot: 'B0NOBODY' }))).toBe('bot_not_found');
});

test('an address that is not Slack is a defect', async () => {
  await start();
  const response = await fetch(slack.url.replace('/api/', '/elsewhere'));
  expect(response.status).toBe(404);
  expect(slack.defects.map((each) => each.what)).toEqual(['unknown address: /elsewhere']);
});
