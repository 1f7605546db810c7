import type { App } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { afterEach, describe, expect, test } from 'vitest';
import { overSocket, type Joined } from './bolt-app.ts';
import { plain } from './sample-views.ts';

/** What a client does by itself: keeps and forgets what is typed, refuses what is ill-formed, tells the app or not. */

let joined: Joined;

afterEach(() => joined.stop());

const states = ['open', 'closed'].map((each) => ({ text: plain(each), value: each }));

function modal(...blocks: KnownBlock[]): ModalView {
  return { type: 'modal', callback_id: 'form', title: plain('Form'), submit: plain('Send'), blocks };
}

function textInput(id: string, more: object = {}): KnownBlock {
  return {
    type: 'input',
    block_id: id,
    optional: true,
    label: plain(id),
    element: { type: 'plain_text_input', action_id: id, ...more },
  };
}

async function start(view: ModalView, listen: (app: App) => void = () => undefined) {
  joined = await overSocket((app) => {
    app.action(/./, ({ ack }) => ack());
    app.view('form', ({ ack }) => ack());
    app.event('app_home_opened', () => Promise.resolve());
    listen(app);
  }, {});
  const { slack } = joined;
  const alice = slack.as(slack.addPerson({ name: 'alice' }).id);
  await joined.app.client.views.open({ trigger_id: slack.issueTrigger(alice.id), view });
  const opened = await alice.waitForModal();
  const actions = () =>
    slack.sent.filter((each) => each.body['type'] === 'block_actions').map((each) => each.body);
  return { slack, alice, modal: opened, actions, client: joined.app.client };
}

describe('what is typed', () => {
  test('stays when a view is changed, but for fields that went away in between', async () => {
    const { modal: form, client } = await start(modal(textInput('kept'), textInput('lost')));
    await form.fill({ kept: '1', lost: '2' });
    await client.views.update({ view_id: form.id, view: modal(textInput('kept')) });
    await client.views.update({ view_id: form.id, view: modal(textInput('kept'), textInput('lost')) });
    expect([form.field('kept').value, form.field('lost').value]).toEqual(['1', null]);
  });

  test('replaces an initial value, and null empties it', async () => {
    const { modal: form, slack } = await start(modal(textInput('name', { initial_value: 'old' })));
    expect(form.field('name').value).toBe('old');
    await form.fill({ name: null });
    await form.submit();
    expect(slack.sent.at(-1)?.body).toMatchObject({
      view: { state: { values: { name: { name: { value: null } } } } },
    });
  });

  test.each([
    ['email_text_input', 'nobody', 'nobody@example.com'],
    ['url_text_input', 'example', 'https://example.com'],
    ['number_input', 'ten', '10.5'],
  ])('in an %s must have its form', async (type, bad, good) => {
    const more = type === 'number_input' ? { is_decimal_allowed: true } : {};
    const { modal: form } = await start(modal(textInput('field', { type, ...more })));
    await form.fill({ field: bad });
    expect(await form.submit()).toMatchObject({ result: 'errors', ack: undefined });
    await form.fill({ field: good });
    expect(await form.submit()).toMatchObject({ result: 'closed' });
  });
});

describe('an external select', () => {
  const regions = ['eu-west-1', 'eu-north-1', 'us-east-1'];
  const field = (type: 'external_select' | 'multi_external_select'): KnownBlock => ({
    type: 'input',
    label: plain('Region'),
    element: { type, action_id: 'region', min_query_length: 0 },
  });
  const listen = (app: App): void => {
    app.options('region', ({ ack, payload }) => {
      const found = regions.filter((each) => each.startsWith(payload.value));
      return ack({ options: found.map((each) => ({ text: plain(each), value: each })) });
    });
  };

  test('offers what the app answers, one or several', async () => {
    const { modal: form } = await start(modal(field('multi_external_select')), listen);
    const region = form.field('Region');
    expect((await region.suggest('eu')).map((each) => each['value'])).toEqual(['eu-west-1', 'eu-north-1']);
    await region.pick('eu', 'eu-west-1');
    await region.pick('us', 'us-east-1');
    expect(form.field('Region').value).toMatchObject([{ value: 'eu-west-1' }, { value: 'us-east-1' }]);
    await expect(region.pick('eu', 'us-east-1')).rejects.toThrow('No option "us-east-1"');
  });

  test('cannot be filled without asking, and answers too long are a defect', async () => {
    const { modal: form, slack } = await start(modal(field('external_select')), (app) => {
      app.options('region', ({ ack }) => ack({ options: [{ text: plain('x'.repeat(76)), value: 'v' }] }));
    });
    await expect(form.fill({ Region: 'eu-west-1' })).rejects.toThrow('suggest()');
    await form.field('Region').suggest('');
    expect(slack.defects.map((each) => each.what)).toEqual(['a suggested option Slack refuses']);
  });
});

describe('the app is told', () => {
  test('of characters or of Enter, as the block asks', async () => {
    const onCharacter = { dispatch_action_config: { trigger_actions_on: ['on_character_entered'] } };
    const { modal: form, actions } = await start(
      modal(
        { ...textInput('each', onCharacter), dispatch_action: true } as KnownBlock,
        { ...textInput('enter'), dispatch_action: true } as KnownBlock,
        textInput('silent'),
      ),
    );
    await form.fill({ each: 'a', enter: 'b', silent: 'c' });
    expect(await form.pressEnter('silent')).toBeUndefined();
    await form.pressEnter('enter');
    expect(actions().map((each) => each['actions'])).toMatchObject([
      [{ type: 'plain_text_input', action_id: 'each', value: 'a' }],
      [{ type: 'plain_text_input', action_id: 'enter', value: 'b' }],
    ]);
  });

  test('of a choice outside input blocks, with the state that results', async () => {
    const section: KnownBlock = {
      type: 'section',
      block_id: 'filter',
      text: plain('Show'),
      accessory: { type: 'static_select', action_id: 'state', options: states },
    };
    const { modal: form, actions } = await start(modal(section, textInput('note')));
    await form.fill({ note: 'n', Show: 'closed' });
    expect(actions()).toMatchObject([
      {
        container: { type: 'view', view_id: form.id },
        actions: [{ action_id: 'state', selected_option: { value: 'closed' } }],
        view: {
          state: {
            values: {
              filter: { state: { selected_option: { value: 'closed' } } },
              note: { note: { value: 'n' } },
            },
          },
        },
      },
    ]);
  });

  test('of a choice in a message', async () => {
    const { alice, actions, client } = await start(modal(textInput('x')));
    const blocks: KnownBlock[] = [
      {
        type: 'actions',
        block_id: 'pick',
        elements: [{ type: 'checkboxes', action_id: 'state', options: states }],
      },
    ];
    await client.chat.postMessage({ channel: alice.id, text: 'choose', blocks });
    await alice.messages()[0]?.choose('open');
    const selected = { selected_options: [{ value: 'open' }] };
    expect(actions()).toMatchObject([
      {
        container: { type: 'message', is_ephemeral: false },
        actions: [selected],
        state: { values: { pick: { state: selected } } },
      },
    ]);
  });

  test('of nothing when the menu has no such option or the element is no field', async () => {
    const button: KnownBlock = {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'go', text: plain('Go') }],
    };
    const radio: KnownBlock = {
      type: 'input',
      label: plain('State'),
      element: { type: 'radio_buttons', action_id: 'state', options: states },
    };
    const { modal: form, slack } = await start(modal(button, radio));
    await expect(form.fill({ State: 'ajar' })).rejects.toThrow('No option "ajar"; offered: open, closed');
    expect(() => form.field('Region')).toThrow('No field "Region"; there are: State');
    await expect(form.click('Stop')).rejects.toThrow('Nothing shows a button "Stop"');
    expect(await form.choose('open')).toBeUndefined();
    expect(form.field('State').value).toMatchObject({ value: 'open' });
    expect(slack.sent).toEqual([]);
  });
});

describe('the low-level acts a page is built on', () => {
  test('change what state() shows, and say so', async () => {
    const { slack, alice, modal: form, client } = await start(modal(textInput('x')));
    const changes: number[] = [];
    const stop = slack.onChange(() => changes.push(slack.state(alice.id).modals.length));
    await slack.submitView(alice.id, form.id, { x: { x: { type: 'plain_text_input', value: 'typed' } } });
    expect(changes).toEqual([0]);
    stop();
    await client.views.open({ trigger_id: slack.issueTrigger(alice.id), view: modal(textInput('y')) });
    expect(changes).toEqual([0]);
    const [open] = slack.state(alice.id).modals;
    expect(open).toMatchObject({ type: 'modal', title: 'Form', submit: 'Send', close: undefined });
    await slack.closeView(alice.id, open?.id ?? '');
    expect(slack.state(alice.id)).toMatchObject({
      person: { id: alice.id },
      workspace: { id: slack.teamId },
      channels: [{ kind: 'im', name: 'rekey', messages: [] }],
      modals: [],
      home: undefined,
      notices: [],
    });
  });

  test('refuse what the client does not show', async () => {
    const { slack, alice, modal: form } = await start(modal(textInput('x')));
    const bob = slack.addPerson({ name: 'bob' }).id;
    const view = { kind: 'view', viewId: form.id } as const;
    const at = { blockId: 'x', actionId: 'nothing' };
    await expect(slack.blockAction(alice.id, view, at)).rejects.toThrow(
      'Nothing shown has the action nothing',
    );
    await expect(slack.blockAction(bob, view, { ...at, actionId: 'x' })).rejects.toThrow(
      'That view is not open',
    );
    await expect(slack.submitView(bob, form.id)).rejects.toThrow('not on top');
    await expect(slack.closeView(bob, form.id)).rejects.toThrow('not open');
    const message = { kind: 'message', channelId: alice.directId, ts: '1.000001' } as const;
    await expect(slack.blockAction(alice.id, message, at)).rejects.toThrow('That message is gone');
    await expect(slack.blockAction(bob, message, at)).rejects.toThrow('is not in');
    expect(slack.sent).toEqual([]);
  });

  test('an ephemeral message is clicked by its reader alone', async () => {
    const { slack, alice, client, actions } = await start(modal(textInput('x')));
    const bob = slack.as(slack.addPerson({ name: 'bob' }).id);
    const channel = slack.addChannel({ name: 'secops' }).id;
    const blocks: KnownBlock[] = [
      { type: 'actions', block_id: 'b', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] },
    ];
    await client.chat.postEphemeral({ channel, user: alice.id, text: 'only you', blocks });
    const [hidden] = alice.ephemerals();
    await hidden?.click('Go');
    expect(actions()).toMatchObject([{ container: { is_ephemeral: true } }]);
    const container = { kind: 'message', channelId: channel, ts: hidden?.ts ?? '' } as const;
    await expect(slack.blockAction(bob.id, container, { blockId: 'b', actionId: 'go' })).rejects.toThrow(
      'gone',
    );
  });
});
