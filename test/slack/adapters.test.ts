import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlackStandIn } from '../../sandbox/slack/stand-in.ts';
import { Secret } from '../../src/domain/secret.ts';
import { RekeyError } from '../../src/errors.ts';
import type { Clock } from '../../src/ports/world.ts';
import { boltLogger } from '../../src/log.ts';
import { section } from '../../src/slack/blocks/elements.ts';
import { slackDesk } from '../../src/slack/desk.ts';
import { slackPeople } from '../../src/slack/people.ts';
import { slackPoster } from '../../src/slack/poster.ts';
import { proxyDispatcher, webClient } from '../../src/slack/web-client.ts';
import { recordingLog } from '../support/system-world.ts';

let slack: SlackStandIn;
let now = 0;
let log = recordingLog();
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
const dispatcher = proxyDispatcher({});

beforeEach(async () => {
  slack = await SlackStandIn.start();
  log = recordingLog();
  now = 1_000_000;
});

afterEach(async () => {
  await slack.stop();
});

function web() {
  const botToken = new Secret(slack.botToken);
  return webClient({ botToken, apiUrl: slack.url, logger: boltLogger(log), dispatcher });
}

function calls(method: string): number {
  return slack.received.filter((call) => call.method === method).length;
}

describe('people', () => {
  it.each([
    ['a member', {}, {}],
    ['a guest', { isRestricted: true }, { guest: true }],
    ['a single-channel guest', { isUltraRestricted: true }, { guest: true }],
    ['somebody of a shared channel', { isStranger: true }, { stranger: true }],
    ['a bot', { isBot: true }, { bot: true }],
    ['Slackbot', { id: 'USLACKBOT' }, { bot: true }],
    ['a deactivated person', { deleted: true }, { deactivated: true }],
  ])('knows %s', async (_, flags, expected) => {
    const { id } = slack.addPerson({ name: 'pat', ...flags });
    expect(await slackPeople(web(), clock).person(id, 0)).toMatchObject({
      userId: id,
      teamId: slack.teamId,
      name: 'pat',
      timeZone: 'Europe/Berlin',
      guest: false,
      stranger: false,
      bot: false,
      deactivated: false,
      ...expected,
    });
  });

  it('remembers a person for as long as the asker allows, and no failure', async () => {
    const { id } = slack.addPerson({ name: 'pat' });
    const people = slackPeople(web(), clock);
    slack.faults.add('users.info', { kind: 'http', status: 500 });
    await expect(people.person(id, 5_000)).rejects.toMatchObject({ code: 'unreachable' });
    await people.person(id, 5_000);
    now += 5_000;
    await people.person(id, 5_000);
    expect(calls('users.info')).toBe(2);
    now += 1;
    slack.world.person(id).deleted = true;
    expect((await people.person(id, 5_000)).deactivated).toBe(true);
  });

  it('says that nobody is known by that id, and forbids', async () => {
    await expect(slackPeople(web(), clock).person('U0NONE', 0)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('takes a group that is gone or off for an empty one, and what cannot be read for unknown', async () => {
    const people = slackPeople(web(), clock);
    const group = slack.addUserGroup({ handle: 'oncall', users: ['U1'] });
    expect(await people.groupMembers(group.id)).toEqual(['U1']);
    group.disabled = true;
    expect(await people.groupMembers(group.id)).toEqual([]);
    expect(await people.groupMembers('S0GONE')).toEqual([]);
    expect(await people.groups()).toEqual([]);
    slack.faults.add('usergroups.users.list', { kind: 'http', status: 502 });
    await expect(people.groupMembers(group.id)).rejects.toMatchObject({ code: 'unreachable' });
    slack.settings.freePlan = true;
    await expect(people.groups()).rejects.toMatchObject({ code: 'not_found' });
    slack.changeBotToken({ scopes: ['users:read'] });
    await expect(people.groups()).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the poster', () => {
  it('posts to channels and people, without previews of links', async () => {
    const poster = slackPoster(web(), log);
    const { id } = slack.addPerson({ name: 'pat' });
    slack.addChannel({ id: 'C0HERE', name: 'here' });
    expect(await poster.post('C0HERE', { text: 'a', blocks: [section('a')] })).toMatchObject({ ok: true });
    expect(await poster.post(id, { text: 'b', blocks: [section('b')] })).toMatchObject({ ok: true });
    const sent = slack.received.filter((call) => call.method === 'chat.postMessage');
    expect(sent.map((call) => call.args['unfurl_links'])).toEqual(['false', 'false']);
  });

  it.each(['not_in_channel', 'is_archived', 'channel_not_found', 'user_disabled'])(
    'gives %s up',
    async (error) => {
      slack.faults.add('chat.postMessage', { kind: 'error', error });
      expect(await slackPoster(web(), log).post('C1', { text: 'a', blocks: [] })).toMatchObject({
        ok: false,
        permanent: true,
        error,
      });
    },
  );

  it.each([
    { kind: 'http', status: 500 } as const,
    { kind: 'http', status: 429, retryAfter: 7 } as const,
    { kind: 'answer_lost', how: 'reset' } as const,
    { kind: 'error', error: 'internal_error' } as const,
  ])('leaves the rest to be tried again: $kind $status $error', async (fault) => {
    slack.addChannel({ id: 'C0HERE', name: 'here' });
    slack.faults.add('chat.postMessage', fault);
    const result = await slackPoster(web(), log).post('C0HERE', { text: 'a', blocks: [] });
    expect(result).toMatchObject({ ok: false, permanent: false });
    expect(calls('chat.postMessage')).toBe(1);
  });

  it('sends the words alone when the blocks would be refused', async () => {
    slack.addChannel({ id: 'C0HERE', name: 'here' });
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }];
    expect(await slackPoster(web(), log).post('C0HERE', { text: 'words', blocks })).toMatchObject({
      ok: true,
    });
    expect(slack.received.at(-1)?.args).toMatchObject({ text: 'words' });
    expect(slack.received.at(-1)?.args['blocks']).toBeUndefined();
    expect(log.lines.join()).toContain('this is a defect');
  });
});

describe('the desk', () => {
  const view = {
    type: 'modal',
    title: { type: 'plain_text', text: 'Title' },
    blocks: [section('words')],
  } as const;
  const desk = () => slackDesk(web(), () => Promise.resolve({ ok: false, status: 404 }), log);

  it('opens, pushes, updates, and knows a window that was closed', async () => {
    const { id } = slack.addPerson({ name: 'pat' });
    const opened = await desk().open(slack.issueTrigger(id), { ...view, blocks: [...view.blocks] });
    const pushed = await desk().push(slack.issueTrigger(id, opened), { ...view, blocks: [...view.blocks] });
    expect(slack.state(id).modals.map((modal) => modal.id)).toEqual([opened, pushed]);
    expect(await desk().update(pushed, { ...view, blocks: [section('more')] })).toBe('shown');
    await slack.closeView(id, pushed);
    expect(await desk().update(pushed, { ...view, blocks: [section('more')] })).toBe('gone');
  });

  it('says expired for a trigger that came too late or twice, and unreachable for a failure', async () => {
    const { id } = slack.addPerson({ name: 'pat' });
    const trigger = slack.issueTrigger(id);
    await desk().open(trigger, { ...view, blocks: [...view.blocks] });
    for (const used of [trigger, 'no-such-trigger']) {
      await expect(desk().open(used, { ...view, blocks: [...view.blocks] })).rejects.toMatchObject({
        code: 'expired',
        next: 'Please try again.',
      });
    }
    slack.faults.add('views.open', { kind: 'http', status: 500 });
    await expect(
      desk().open(slack.issueTrigger(id), { ...view, blocks: [...view.blocks] }),
    ).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('repeats once what may come twice when its connection broke', async () => {
    const { id } = slack.addPerson({ name: 'pat' });
    const opened = await desk().open(slack.issueTrigger(id), { ...view, blocks: [...view.blocks] });
    const broken = { kind: 'answer_lost', how: 'reset' } as const;
    for (const method of ['views.update', 'views.publish', 'views.open']) slack.faults.add(method, broken);
    const home = { type: 'home', blocks: [section('words')] } as const;
    expect(await desk().update(opened, { ...view, blocks: [section('more')] })).toBe('shown');
    await desk().publishHome(id, { ...home, blocks: [...home.blocks] });
    expect([calls('views.update'), calls('views.publish')]).toEqual([2, 2]);
    // A second window, and an answer to a state that the first call may have changed, would be worse than none.
    const again = desk().open(slack.issueTrigger(id), { ...view, blocks: [...view.blocks] });
    await expect(again).rejects.toMatchObject({ code: 'unreachable' });
    expect(calls('views.open')).toBe(2);
    const one = desk();
    const other = await one.open(slack.issueTrigger(id), { ...view, blocks: [...view.blocks] });
    slack.faults.add('views.update', broken);
    await expect(one.fill(other, { ...view, blocks: [section('more')] })).rejects.toThrow(RekeyError);
    expect(calls('views.update')).toBe(3);
    slack.faults.add('views.publish', broken, { times: 2 });
    await expect(desk().publishHome(id, { ...home, blocks: [...home.blocks] })).rejects.toThrow(RekeyError);
  });

  it('refuses to send a view that Slack would refuse', async () => {
    const wrong = desk().update('V1', { ...view, blocks: Array.from({ length: 101 }, () => section('x')) });
    await expect(wrong).rejects.toThrow(RekeyError);
    expect(calls('views.update')).toBe(0);
  });

  it('only notes a reply that nobody takes any more', async () => {
    await desk().reply('http://127.0.0.1:9/gone', { text: 'words', blocks: [] });
    expect(log.lines.join()).toContain('reply not taken');
  });
});
