import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'postgres'],
  ['http', 'sqlite'],
] as const)('settings over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    scene.slack.addChannel({ id: 'C0OWN', name: 'prod-alerts', members: [PEOPLE.admin] });
    scene.slack.addChannel({ id: 'C0OLD', name: 'old', members: [PEOPLE.admin], archived: true });
    scene.slack.addChannel({ id: 'C0EXT', name: 'with-partner', members: [PEOPLE.admin], extShared: true });
    scene.slack.addChannel({
      id: 'G0PRIV',
      name: 'private',
      kind: 'private',
      members: [PEOPLE.admin],
      bot: false,
    });
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
  });

  afterAll(async () => {
    await scene.strike();
  });

  afterEach(async () => {
    scene.slack.faults.clear();
    await ada.modal()?.close('x');
  });

  async function settings() {
    await ada.slash('/aws-settings');
    return ada.waitForModal((modal) => modal.title === 'Rekey settings');
  }

  async function kept(): Promise<string | null> {
    const stores = await scene.stores();
    const channel = await stores.settings.get('alert_channel');
    await stores.close();
    return channel;
  }

  /** Submits the settings with this channel, also one that no menu offers. */
  async function submitRaw(channelId: string) {
    const window = await settings();
    const chosen = { selected_conversation: channelId, type: 'conversations_select' };
    const field = { 'field.workspaceChannel': chosen };
    return scene.slack.submitView(PEOPLE.admin, window.id, { 'field.workspaceChannel': field });
  }

  it('says that no alert channel is set, in the settings and on Home of admins', async () => {
    expect((await settings()).words).toContain('No alert channel is set');
    expect((await ada.openHome()).words).toContain('No alert channel is set. Choose one under Settings.');
  });

  it.each([
    ['is not a member', CHANNELS.notJoined, '/invite @Rekey'],
    ['cannot see the channel', 'G0PRIV', '/invite @Rekey'],
    ['finds it archived', 'C0OLD', 'archived'],
    ['does not know it', 'C0NOWHERE', '/invite @Rekey'],
    ['is given a person', PEOPLE.viewer, 'not a channel'],
    ['is given nonsense', '<!channel>', 'not a channel'],
  ])('saves nothing when Rekey %s', async (_, channelId, words) => {
    const outcome = await submitRaw(channelId);
    expect(outcome.result === 'errors' && outcome.errors['field.workspaceChannel']).toContain(words);
    expect(await kept()).toBeNull();
  });

  it.each([
    ['restricted_action_read_only_channel', 'Ask a channel manager'],
    ['some_new_refusal', 'some_new_refusal'],
  ])('puts %s into words', async (error, words) => {
    scene.slack.faults.add('chat.postMessage', { kind: 'error', error });
    const outcome = await submitRaw(CHANNELS.alerts);
    expect(outcome.result === 'errors' && outcome.errors['field.workspaceChannel']).toContain(words);
    expect(await kept()).toBeNull();
  });

  it('saves nothing when Slack fails, and says that it may be tried again', async () => {
    scene.slack.faults.add('chat.postMessage', { kind: 'http', status: 503 });
    const outcome = await submitRaw(CHANNELS.alerts);
    expect(outcome.result === 'errors' && outcome.errors['field.workspaceChannel']).toContain(
      'Try again in a minute',
    );
    expect(await kept()).toBeNull();
  });

  it('leaves externally shared and archived channels out of its menus', async () => {
    const window = await settings();
    await expect(window.fill({ 'Alert channel': 'C0EXT' })).rejects.toThrow('does not offer');
    await expect(window.fill({ 'Alert channel': 'C0OLD' })).rejects.toThrow('does not offer');
  });

  it('posts a test message on request, and saves nothing by it', async () => {
    const window = await settings();
    await window.click('Post a test message');
    await ada.waitForModal((modal) => modal.words.includes('Choose a channel first.'));
    await window.fill({ 'Alert channel': CHANNELS.notJoined });
    await window.click('Post a test message');
    await ada.waitForModal((modal) => modal.words.includes('Type `/invite @Rekey` in that channel'));
    await window.fill({ 'Alert channel': CHANNELS.alerts });
    await window.click('Post a test message');
    await ada.waitForModal((modal) =>
      modal.words.includes(`A test message was posted in <#${CHANNELS.alerts}>.`),
    );
    expect(ada.messages(CHANNELS.alerts).at(-1)?.words).toContain(`Set up by <@${PEOPLE.admin}>`);
    expect(await kept()).toBeNull();
  });

  it('saves a channel it can post in, with a test message, an audit entry and a new Home', async () => {
    await ada.openHome();
    const before = ada.messages(CHANNELS.alerts).length;
    const window = await settings();
    await window.fill({ 'Alert channel': CHANNELS.alerts });
    scene.slack.faults.add('chat.postMessage', { kind: 'latency', ms: 300 });
    const from = scene.slack.received.length;
    const clicks = await Promise.all([window.submit(), window.submit()]);
    expect(clicks.map(({ result }) => result).toSorted()).toEqual(['closed', 'errors']);
    const posts = scene.slack.received.slice(from).filter(({ method }) => method === 'chat.postMessage');
    expect(posts).toHaveLength(1);
    expect(await kept()).toBe(CHANNELS.alerts);
    expect(ada.messages(CHANNELS.alerts)).toHaveLength(before + 1);
    await ada.waitForHome((home) => !home.words.includes('No alert channel is set'));
    const again = await settings();
    expect(again.field('Alert channel').value).toBe(CHANNELS.alerts);
    expect(again.words).toContain('as set here');
    const stores = await scene.stores();
    const [entry] = (await stores.audit.newest(5)).filter(({ verb }) => verb === 'settings.alert_channel');
    expect(entry).toMatchObject({ detail: { from: null, to: CHANNELS.alerts }, outcome: 'done' });
    await stores.close();
  });

  async function connect(name: string, channelId: string) {
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
    const { accessKeyId, secretAccessKey } = scene.samples.keys.good;
    await form.fill({
      'Connection name': name,
      Method: 'Access key',
      'Access key ID': accessKeyId,
      'Secret access key': secretAccessKey,
      'Alert channel': channelId,
    });
    await form.submit();
  }

  async function disconnect(): Promise<void> {
    await ada.modal()?.close('x');
    await (await ada.openHome()).choose('Disconnect');
    await (await ada.waitForModal((modal) => modal.title === 'Disconnect')).submit();
    await (await ada.waitForModal((modal) => modal.title === 'Disconnected', 10_000)).close();
  }

  it("greets a connection's own channel, also one that is changed later", async () => {
    await connect('<!channel> production', 'C0OWN');
    const report = await ada.waitForModal((modal) => modal.title === 'Connected', 10_000);
    expect(report.words).not.toContain('Alerts will not reach');
    const [greeting, ...more] = ada.messages('C0OWN');
    expect(more).toEqual([]);
    expect(`${greeting?.text}${greeting?.words}`).toContain('&lt;!channel&gt; production');
    expect(`${greeting?.text}${greeting?.words}`).not.toContain('<!channel>');
    await report.close();

    await (await ada.openHome()).choose('Edit');
    const edit = await ada.waitForModal((modal) => modal.title === 'Edit connection');
    await edit.fill({ Description: 'the same channel' });
    expect((await edit.submit()).result).toBe('closed');
    expect(ada.messages('C0OWN')).toHaveLength(1);
    await (await ada.openHome()).choose('Edit');
    const again = await ada.waitForModal((modal) => modal.title === 'Edit connection');
    await again.fill({ 'Alert channel': CHANNELS.notJoined });
    expect((await again.submit()).result).toBe('updated');
    const told = await ada.waitForModal((modal) => modal.title === 'Saved');
    expect(told.words).toContain(`Alerts will not reach <#${CHANNELS.notJoined}> yet`);
    expect(told.words).toContain('`/invite @Rekey`');
    await disconnect();
  });

  it('connects although alerts would not arrive, and says so in the outcome', async () => {
    await connect('Deaf', CHANNELS.notJoined);
    const report = await ada.waitForModal((modal) => modal.title === 'Connected', 10_000);
    expect(report.words).toContain(`Alerts will not reach <#${CHANNELS.notJoined}> yet`);
    expect(report.words).toContain('`/invite @Rekey`');
    await disconnect();
  });

  it('says so in a direct message when the window is closed', async () => {
    scene.slack.faults.add(
      'views.update',
      { kind: 'error', error: 'not_found' },
      {
        when: (args) => JSON.stringify(args).includes('"Connected"'),
      },
    );
    await connect('Deaf too', CHANNELS.notJoined);
    await ada.waitForMessage((message) => message.words.includes('Alerts will not reach'), {
      timeoutMs: 9_000,
    });
    await ada.waitForMessage((message) => message.text.includes('Connected: Deaf too'), { timeoutMs: 9_000 });
    scene.slack.faults.clear();
    await disconnect();
    expect(scene.slack.defects).toEqual([]);
  });
});

describe('REKEY_ALERT_CHANNEL', () => {
  it('is the default, is shown as such, and is no longer used once another was chosen', async () => {
    const scene = await Scene.set('http', 'sqlite');
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const ada = scene.slack.as(PEOPLE.admin);
    const other = scene.slack.addChannel({ name: 'other', members: [PEOPLE.admin] });
    expect((await ada.openHome()).words).not.toContain('No alert channel');
    await ada.slash('/aws-settings');
    const window = await ada.waitForModal((modal) => modal.title === 'Rekey settings');
    expect(window.words).toContain(`Alerts go to <#${CHANNELS.alerts}>, from REKEY_ALERT_CHANNEL`);
    await window.fill({ 'Alert channel': other.id });
    await window.submit();
    await ada.slash('/aws-settings');
    const again = await ada.waitForModal((modal) => modal.words.includes(`<#${other.id}>, as set here`));
    expect(again.field('Alert channel').value).toBe(other.id);
    await scene.strike();
  });
});
