import type { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertBlocks, connectModal, home, plain } from './sample-views.ts';

/** A Slack that the contract is held against. */
export interface Subject {
  readonly client: WebClient;
  /** A public channel the bot is in. */
  readonly channel: string;
  /** A person, and the e-mail address they are found by. */
  readonly user: string;
  readonly email: string;
  /** A trigger as an interaction would give, from a view if named. */
  trigger(viewId?: string): Promise<string>;
  stop(): Promise<void>;
}

interface Failed {
  readonly data: { readonly error: string };
}

function isFailed(error: unknown): error is Failed {
  return error instanceof Error && 'data' in error;
}

/** The error of a call that Slack answers with `ok: false`. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (isFailed(error)) return error.data.error;
    throw error;
  }
}

/** What any Slack must do with the happy paths and with handles that are used up. */
export function slackContract(name: string, start: () => Promise<Subject>): void {
  describe(`the contract, held by ${name}`, () => {
    let subject: Subject;

    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.stop());

    test('auth.test names the bot', async () => {
      const answer = await subject.client.auth.test();
      expect(answer).toMatchObject({
        ok: true,
        team_id: expect.stringMatching(/^T/),
        bot_id: expect.stringMatching(/^B/),
      });
    });

    test('a message is posted with blocks, changed, linked to and answered in its thread', async () => {
      const { client, channel } = subject;
      const { chat } = client;
      const posted = await chat.postMessage({ channel, text: 'old key', blocks: alertBlocks });
      const ts = posted.ts ?? '';
      expect(posted).toMatchObject({
        channel,
        ts: expect.stringMatching(/^\d+\.\d{6}$/),
        message: { text: 'old key' },
      });
      await chat.postMessage({ channel, text: 'in the thread', thread_ts: ts });
      expect(await chat.update({ channel, ts, text: 'done' })).toMatchObject({ channel, ts });
      expect((await chat.getPermalink({ channel, message_ts: ts })).permalink).toContain(channel);
      const history = await client.conversations.history({ channel });
      expect(history.messages?.map((each) => each.text)).toContain('done');
      const replies = await client.conversations.replies({ channel, ts });
      expect(replies.messages?.map((each) => each.text)).toEqual(['done', 'in the thread']);
      await chat.delete({ channel, ts });
    });

    test('a message to a person goes to their direct messages', async () => {
      const posted = await subject.client.chat.postMessage({ channel: subject.user, text: 'hello' });
      expect(posted.channel).toMatch(/^D/);
    });

    test('an ephemeral message has a time stamp of its own', async () => {
      const { client, channel, user } = subject;
      const { message_ts: ts } = await client.chat.postEphemeral({ channel, user, text: 'only you' });
      expect(ts).toMatch(/^\d+\.\d{6}$/);
      const history = await client.conversations.history({ channel });
      expect(history.messages?.map((each) => each.text)).not.toContain('only you');
    });

    test('people and channels are found', async () => {
      const { client, channel, user, email } = subject;
      expect((await client.users.info({ user })).user).toMatchObject({ id: user, is_bot: false });
      expect((await client.users.lookupByEmail({ email })).user?.id).toBe(user);
      expect((await client.users.list({})).members?.map((each) => each.id)).toContain(user);
      expect((await client.conversations.info({ channel })).channel).toMatchObject({
        id: channel,
        is_private: false,
      });
      expect((await client.conversations.list({})).channels?.map((each) => each.id)).toContain(channel);
      expect((await client.conversations.open({ users: user })).channel?.id).toMatch(/^D/);
    });

    test('a trigger opens one modal, which is changed under its hash', async () => {
      const { client } = subject;
      const trigger_id = await subject.trigger();
      const { view } = await client.views.open({ trigger_id, view: connectModal });
      expect(view).toMatchObject({
        callback_id: 'connect',
        title: { text: 'Connect AWS' },
        private_metadata: 'draft-1',
      });
      expect(view?.root_view_id).toBe(view?.id);
      expect(await refusalOf(client.views.open({ trigger_id, view: connectModal }))).toBe(
        'exchanged_trigger_id',
      );
      const [view_id, hash] = [view?.id ?? '', view?.hash ?? ''];
      const changed = await client.views.update({
        view_id,
        hash,
        view: { ...connectModal, title: plain('Changed') },
      });
      expect(changed.view).toMatchObject({ id: view_id, title: { text: 'Changed' } });
      expect(changed.view?.hash).not.toBe(hash);
      expect(await refusalOf(client.views.update({ view_id, hash, view: connectModal }))).toBe(
        'hash_conflict',
      );
    });

    test('two more views fit on a modal, and no third', async () => {
      const { client } = subject;
      const root = await client.views.open({ trigger_id: await subject.trigger(), view: connectModal });
      const push = async (below: string | undefined) =>
        client.views.push({ trigger_id: await subject.trigger(below), view: connectModal });
      const first = await push(root.view?.id);
      expect(first.view).toMatchObject({ previous_view_id: root.view?.id, root_view_id: root.view?.id });
      const second = await push(first.view?.id);
      expect(await refusalOf(push(second.view?.id))).toBe('push_limit_reached');
    });

    test('a Home is published', async () => {
      const { client, user: user_id } = subject;
      const { view } = await client.views.publish({ user_id, view: home });
      expect(view).toMatchObject({ type: 'home', id: expect.stringMatching(/^V/) });
    });

    test.each([
      [
        'an unknown trigger',
        'invalid_trigger_id',
        (s: Subject) => s.client.views.open({ trigger_id: '1.2.3', view: connectModal }),
      ],
      [
        'an unknown channel',
        'channel_not_found',
        (s: Subject) => s.client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }),
      ],
      ['an unknown person', 'user_not_found', (s: Subject) => s.client.users.info({ user: 'U0NOBODY' })],
      [
        'an unknown address',
        'users_not_found',
        (s: Subject) => s.client.users.lookupByEmail({ email: 'no@example.com' }),
      ],
      [
        'an unknown message',
        'message_not_found',
        (s: Subject) => s.client.chat.update({ channel: s.channel, ts: '1.000001', text: 'x' }),
      ],
    ])('%s is %s', async (_what, error, call) => {
      expect(await refusalOf(call(subject))).toBe(error);
    });
  });
}
