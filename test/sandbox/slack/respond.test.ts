import type { App } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { overSocket, type Joined } from './bolt-app.ts';
import { alertBlocks, connectModal, loadingModal, plain } from './sample-views.ts';

let joined: Joined;
let nowMs: number;

afterEach(() => joined.stop());

async function start(listen: (app: App) => void = () => undefined) {
  nowMs = 1_900_000_000_000;
  joined = await overSocket(listen, { clock: { now: () => nowMs } });
  const { slack } = joined;
  const alice = slack.as(slack.addPerson({ name: 'alice' }).id);
  const secops = slack.addChannel({ name: 'secops' });
  return { slack, alice, secops, client: joined.app.client };
}

async function post(url: unknown, body: object): Promise<number> {
  const response = await fetch(String(url), { method: 'POST', body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

describe('response_url', () => {
  async function ofCommand() {
    const made = await start((app) => app.command('/aws-help', ({ ack }) => ack()));
    await made.alice.slash('/aws-help', { channel: 'secops' });
    return { ...made, url: made.slack.sent.at(-1)?.body['response_url'] };
  }

  async function ofMessage() {
    const made = await start((app) => app.action('reactivate', ({ ack }) => ack()));
    await made.client.chat.postMessage({ channel: made.secops.id, text: 'alert', blocks: alertBlocks });
    await made.alice.messages('secops')[0]?.click('Reactivate');
    return { ...made, url: made.slack.sent.at(-1)?.body['response_url'] };
  }

  test('may be used five times', async () => {
    const { slack, url } = await ofCommand();
    const statuses = [];
    for (let use = 0; use < 6; use += 1) statuses.push(await post(url, { text: String(use) }));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.defects.map((each) => each.what)).toEqual(['response_url: used_url']);
  });

  test('lives thirty minutes', async () => {
    const { slack, url } = await ofCommand();
    nowMs += 30 * 60 * 1_000;
    expect(await post(url, { text: 'in time' })).toBe(200);
    nowMs += 1;
    expect(await post(url, { text: 'late' })).toBe(404);
    expect(slack.defects.map((each) => each.what)).toEqual(['response_url: expired_url']);
  });

  test('answers in private unless told otherwise', async () => {
    const { alice, url } = await ofCommand();
    await post(url, { text: 'private' });
    await post(url, { text: 'public', response_type: 'in_channel' });
    expect(alice.ephemerals().map((each) => each.text)).toEqual(['private']);
    expect(alice.messages('secops').map((each) => each.text)).toEqual(['public']);
  });

  test('replaces and deletes the message the click came from', async () => {
    const { alice, url } = await ofMessage();
    await post(url, { text: 'done', replace_original: true });
    expect(alice.messages('secops').map((each) => [each.text, each.blocks.length])).toEqual([['done', 0]]);
    await post(url, { delete_original: true });
    expect(alice.messages('secops')).toEqual([]);
  });

  test('of a command has nothing to replace', async () => {
    const { slack, url } = await ofCommand();
    await post(url, { text: 'x', replace_original: true });
    await post(url, { delete_original: true });
    expect(slack.defects.map((each) => each.what)).toEqual([
      'replace_original without an original',
      'delete_original without an original',
    ]);
  });

  test('refuses invalid blocks and answers without words', async () => {
    const { slack, alice, url } = await ofCommand();
    await post(url, { text: 'x', blocks: [{ type: 'nonsense' }] });
    expect(await post(url, {})).toBe(400);
    expect(alice.ephemerals()).toEqual([]);
    expect(slack.defects.map((each) => each.what)).toEqual(['a response with invalid blocks']);
  });

  test('comes with a submission for each menu that asks for one', async () => {
    const view = {
      ...connectModal,
      blocks: [
        {
          type: 'input' as const,
          block_id: 'where',
          label: plain('Where'),
          element: { type: 'conversations_select' as const, action_id: 'to', response_url_enabled: true },
        },
      ],
    };
    const { slack, alice, secops } = await start((app) => {
      app.command('/aws-connect', async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view });
      });
      app.view('connect', async ({ ack, respond }) => {
        await ack();
        await respond('thank you');
      });
    });
    await alice.slash('/aws-connect');
    const modal = await alice.waitForModal();
    await modal.fill({ Where: secops.id });
    await modal.submit();
    expect((await alice.waitForEphemeral()).channelId).toBe(secops.id);
    expect(slack.defects).toEqual([]);
  });
});

describe('an acknowledgement of a submission', () => {
  async function submitted(reply: object) {
    const made = await start((app) => {
      app.command('/aws-connect', async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: connectModal });
      });
      // Bolt's types forbid what is tried here.
      app.view('connect', ({ ack }) => (ack as (reply: object) => Promise<void>)(reply));
    });
    await made.alice.slash('/aws-connect');
    const modal = await made.alice.waitForModal();
    await modal.fill({ 'Connection name': 'prod' });
    return { ...made, modal, outcome: await modal.submit() };
  }

  const { title: _title, ...untitled } = loadingModal('x');

  test.each([
    [
      'errors for a block that is no input',
      { response_action: 'errors', errors: { more: 'no' } },
      'errors for no input block',
    ],
    ['no errors at all', { response_action: 'errors', errors: {} }, 'errors for no input block'],
    [
      'an invalid view',
      { response_action: 'update', view: untitled },
      'an acknowledgement with an invalid view',
    ],
    ['an unknown action', { response_action: 'shout' }, 'an unknown response_action: shout'],
  ])('with %s fails and leaves the modal', async (_what, reply, defect) => {
    const { slack, alice, modal, outcome } = await submitted(reply);
    expect(outcome.result).toBe('failed');
    expect(modal.open).toBe(true);
    expect(alice.notices().map((each) => each.code)).toEqual(['trouble_connecting']);
    expect(slack.defects.map((each) => each.what)).toEqual([defect]);
  });

  test('may push a view', async () => {
    const { alice, modal, outcome } = await submitted({
      response_action: 'push',
      view: loadingModal('next'),
    });
    expect(outcome.result).toBe('pushed');
    expect(alice.modal()?.id).not.toBe(modal.id);
    expect(modal.open).toBe(true);
  });
});

describe('what people type', () => {
  test('mentions, channels, links and brackets are escaped', async () => {
    const { slack, alice, secops } = await start((app) => app.command('/aws-help', ({ ack }) => ack()));
    const locked = slack.addChannel({ name: 'locked', kind: 'private' });
    await alice.slash('/aws-help @alice  #secops #locked https://x.test/?a=1&b <b> @nobody');
    expect(slack.sent.at(-1)?.body['text']).toBe(
      `<@${alice.id}>  <#${secops.id}|secops> <#${locked.id}|> <https://x.test/?a=1&amp;b> &lt;b&gt; @nobody`,
    );
  });

  test('a command the manifest does not have goes nowhere', async () => {
    joined = await overSocket(() => undefined, {
      manifest: { features: { slash_commands: [{ command: '/aws-help' }] } },
    });
    const { slack } = joined;
    const alice = slack.as(slack.addPerson({ name: 'alice' }).id);
    expect((await alice.slash('/aws-rotate')).error).toBe('unknown_command');
    expect(slack.sent).toEqual([]);
  });

  test('words in a channel become an event; a read-only direct message takes none', async () => {
    const heard: string[] = [];
    const { alice } = await start((app) =>
      app.message(async ({ message }) => {
        heard.push('text' in message ? (message.text ?? '') : '');
        return Promise.resolve();
      }),
    );
    await alice.say('secops', 'hello')?.done;
    expect(heard).toEqual(['hello']);
    expect(alice.say(alice.directId, 'hello')).toBeUndefined();
    expect(alice.notices().map((each) => each.code)).toEqual(['not_sent']);
  });

  test('who is not in a channel sees nothing of it', async () => {
    const { slack, client } = await start();
    const closed = slack.addChannel({ name: 'closed', kind: 'private' });
    await client.chat.postMessage({ channel: closed.id, text: 'secret talk', blocks: alertBlocks });
    const bob = slack.as(slack.addPerson({ name: 'bob' }).id);
    expect(() => bob.messages('closed')).toThrow('not in closed');
    expect(JSON.stringify(slack.state(bob.id))).not.toContain('secret talk');
    await expect(bob.slash('/aws-help', { channel: 'closed' })).rejects.toThrow('bob is not in closed');
  });
});
