import type { App } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { transports, type Joined } from './bolt-app.ts';
import { alertBlocks, connectModal, home, keyModal, loadingModal, plain } from './sample-views.ts';

function listen(app: App): void {
  app.command('/aws-connect', async ({ ack, command, client, respond }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: connectModal });
    await respond({ text: `opened for ${command.text}` });
  });
  app.command('/aws-help', ({ ack }) => ack({ response_type: 'ephemeral', text: 'help' }));
  app.action('method', async ({ ack, client, body }) => {
    await ack();
    if (body.type !== 'block_actions' || body.view === undefined) return;
    await client.views.update({ view_id: body.view.id, hash: body.view.hash, view: keyModal });
  });
  app.action('templates', async ({ ack, client, body }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    await client.views.push({ trigger_id: body.trigger_id, view: loadingModal('template text') });
  });
  app.options('region', ({ ack, payload }) =>
    ack({
      options: ['eu-west-1', 'us-east-1'].filter((each) => each.includes(payload.value)).map(optionFor),
    }),
  );
  app.view('connect', async ({ ack, view }) => {
    const name = view.state.values['name']?.['name']?.value;
    if (name === 'taken') return ack({ response_action: 'errors', errors: { name: 'Already used' } });
    if (name === 'slow') return ack({ response_action: 'update', view: loadingModal('Verifying…') });
    if (name === 'all') return ack({ response_action: 'clear' });
    return ack();
  });
  app.view({ callback_id: 'connect', type: 'view_closed' }, async ({ ack, client, body }) => {
    await ack();
    await client.chat.postMessage({
      channel: body.user.id,
      text: `closed ${'is_cleared' in body && body.is_cleared ? 'all' : 'one'}`,
    });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: home });
  });
  app.action('menu', async ({ ack, action, client, body }) => {
    await ack();
    if (action.type !== 'overflow') return;
    await client.chat.postMessage({ channel: body.user.id, text: `chose ${action.selected_option.value}` });
  });
  app.action('disconnect', async ({ ack, action, client, body }) => {
    await ack();
    if (action.type !== 'button') return;
    await client.chat.postMessage({ channel: body.user.id, text: `gone ${action.value ?? ''}` });
  });
  app.action('reactivate', async ({ ack, respond, body }) => {
    await ack();
    await respond({ replace_original: true, text: `Reactivated by <@${body.user.id}>` });
  });
}

function optionFor(region: string) {
  return { text: plain(region), value: region };
}

describe.each(transports)('over %s', (_name, join) => {
  let joined: Joined;

  afterEach(() => joined.stop());

  async function start() {
    joined = await join(listen, {});
    const { slack } = joined;
    const [alice, bob] = ['alice', 'bob'].map((name) => slack.addPerson({ name }).id);
    const secops = slack.addChannel({ name: 'secops' });
    const shared = slack.addChannel({ name: 'partners', extShared: true });
    return { slack, alice: slack.as(alice ?? ''), bob: slack.as(bob ?? ''), secops, shared };
  }

  test('a command opens a modal that is filled by label, grows a field and is submitted', async () => {
    const { slack, alice, bob, secops } = await start();
    const { ack } = await alice.slash('/aws-connect prod', { channel: secops.id });
    expect(ack).toMatchObject({ outcome: 'ack' });
    const modal = await alice.waitForModal();
    expect(modal.title).toBe('Connect AWS');
    expect(modal.field('Method').value).toMatchObject({ value: 'role' });
    await modal.fill({
      'Connection name': 'prod',
      Method: 'Access key',
      'Access key ID': 'AKIAIOSFODNN7EXAMPLE',
      'Alert channel': secops.id,
      Owners: [alice.id, bob.id],
    });
    await modal.field('Default region').pick('eu', 'eu-west-1');
    expect(modal.field('Connection name').value).toBe('prod');
    expect(await modal.submit()).toMatchObject({ result: 'closed', errors: {} });
    expect(alice.modal()).toBeUndefined();
    const submission = slack.sent.findLast((each) => each.body['type'] === 'view_submission');
    expect(submission?.body).toMatchObject({
      view: {
        callback_id: 'connect',
        private_metadata: 'draft-1',
        state: {
          values: {
            name: { name: { type: 'plain_text_input', value: 'prod' } },
            description: { description: { value: null } },
            method: { method: { type: 'radio_buttons', selected_option: { value: 'key' } } },
            'key-id': { 'key-id': { value: 'AKIAIOSFODNN7EXAMPLE' } },
            channel: { channel: { selected_conversation: secops.id } },
            owners: { owners: { selected_users: [alice.id, bob.id] } },
            region: { region: { selected_option: { value: 'eu-west-1' } } },
          },
        },
      },
      response_urls: [],
      is_enterprise_install: false,
    });
    const note = await alice.waitForEphemeral();
    expect(note.text).toBe('opened for prod');
    expect(bob.ephemerals()).toEqual([]);
    const suggestion = slack.sent.find((each) => each.kind === 'suggestion');
    expect(suggestion?.body).toMatchObject({
      type: 'block_suggestion',
      container: { type: 'view', view_id: modal.id },
      value: 'eu',
    });
    expect(slack.defects).toEqual([]);
  });

  test('the client refuses what is missing, too short or not offered', async () => {
    const { slack, alice, shared } = await start();
    await alice.slash('/aws-connect');
    const modal = await alice.waitForModal();
    const before = slack.sent.length;
    expect(await modal.submit()).toEqual({
      result: 'errors',
      errors: { 'Connection name': 'Please complete this required field.' },
      ack: undefined,
    });
    await modal.fill({ 'Connection name': 'x' });
    expect((await modal.submit()).errors).toHaveProperty('Connection name');
    await expect(modal.fill({ 'Alert channel': shared.id })).rejects.toThrow('does not offer');
    expect(slack.sent.length).toBe(before);
  });

  test('a submission answers with errors by label, a new view, or closes all', async () => {
    const { slack, alice } = await start();
    await alice.slash('/aws-connect');
    const modal = await alice.waitForModal();
    await modal.fill({ 'Connection name': 'taken' });
    expect(await modal.submit()).toMatchObject({
      result: 'errors',
      errors: { 'Connection name': 'Already used' },
    });
    await modal.fill({ 'Connection name': 'slow' });
    expect(await modal.submit()).toMatchObject({ result: 'updated' });
    expect(modal.words).toContain('Verifying…');
    await alice.slash('/aws-connect');
    const again = await alice.waitForModal((each) => each.id !== modal.id);
    await again.fill({ 'Connection name': 'all' });
    expect(await again.submit()).toMatchObject({ result: 'cleared' });
    await alice.waitForNoModal();
    expect(slack.defects).toEqual([]);
  });

  test('a pushed view lies on top; the cross closes all and tells the app of the root', async () => {
    const { alice } = await start();
    await alice.slash('/aws-connect');
    const modal = await alice.waitForModal();
    await modal.click('Show templates');
    const pushed = await alice.waitForModal((each) => each.words.includes('template text'));
    await pushed.close();
    expect(alice.modal()?.id).toBe(modal.id);
    await modal.click('Show templates');
    const top = await alice.waitForModal((each) => each.id !== modal.id);
    await top.close('x');
    await alice.waitForMessage((each) => each.text === 'closed all');
    expect(alice.modal()).toBeUndefined();
  });

  test('Home is published on opening and its menus and buttons work by nearby words', async () => {
    const { slack, alice } = await start();
    const page = await alice.openHome();
    expect(page.buttons).toEqual(['Disconnect', 'Disconnect']);
    expect(page.offers).toEqual(['Test', 'Edit', 'Test', 'Edit']);
    expect(page.words.split('\n')).toEqual(['Connections', '*prod*', 'Disconnect', '*stage*', 'Disconnect']);
    await page.choose('Test', { in: 'stage' });
    await alice.waitForMessage((each) => each.text === 'chose test-stage');
    await expect(page.click('Disconnect', { in: 'prod' })).rejects.toThrow('A confirmation is shown');
    await expect(page.click('Disconnect', { confirm: true })).rejects.toThrow('2 places');
    expect(await page.click('Disconnect', { in: 'prod', confirm: false })).toBeUndefined();
    await page.click('Disconnect', { in: 'prod', confirm: true });
    await alice.waitForMessage((each) => each.text === 'gone prod');
    expect(alice.messages().map((each) => each.text)).not.toContain('gone stage');
    expect(slack.defects).toEqual([]);
  });

  test('a click replaces the message; a second click on the old one still arrives', async () => {
    const { slack, alice, bob, secops } = await start();
    await joined.app.client.chat.postMessage({ channel: secops.id, text: 'old key', blocks: alertBlocks });
    const [seen] = alice.messages('secops');
    const [late] = bob.messages('secops');
    await seen?.click('Reactivate');
    await alice.waitForMessage((each) => each.text.startsWith('Reactivated'), { channel: 'secops' });
    await expect(late?.click('Reactivate')).rejects.toThrow('Nothing shows a button');
    await late?.click('Reactivate', { stale: true });
    await alice.waitForMessage((each) => each.text.includes(bob.id), { channel: 'secops' });
    expect(slack.defects).toEqual([]);
  });

  test('an acknowledgement with words becomes an ephemeral message', async () => {
    const { alice } = await start();
    await alice.slash('/aws-help');
    expect((await alice.waitForEphemeral()).text).toBe('help');
    expect(alice.messages()).toEqual([]);
  });
});
