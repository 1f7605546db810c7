import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, Scene } from '../support/rekey.ts';

const SECOND = 'U0SECOND';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('a double click over %s on %s', (transport, engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    scene.slack.addPerson({ id: SECOND, name: 'bea' });
    await scene.start({ REKEY_ADMINS: `${PEOPLE.admin},${SECOND}`, REKEY_ALERT_CHANNEL: 'C0ALERTS' });
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('posts a test message once', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-settings');
    const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings');
    await Promise.all([settings.click('Post a test message'), settings.click('Post a test message')]);
    const told = await ada.waitForModal((modal) => modal.title === 'Not done');
    expect(told.words).toContain('Already done by you.');
    await told.close();
    await ada.waitForModal((modal) => modal.words.includes('A test message was posted'));
    expect(ada.messages('C0ALERTS')).toHaveLength(1);
    await settings.click('Post a test message');
    await ada.waitForMessage(() => ada.messages('C0ALERTS').length === 2, { channel: 'C0ALERTS' });
    await settings.close('x');
  });

  it('gives a role once', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-settings');
    const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings');
    await settings.click('Give a role');
    const form = await ada.waitForModal((modal) => modal.title === 'Give a role');
    await form.fill({ People: [PEOPLE.viewer], Role: 'viewer' });
    scene.slack.faults.add('deliver:interaction', { kind: 'twice' });
    await form.submit();
    const stores = await scene.stores();
    await expect.poll(async () => (await stores.roleGrants.list()).length).toBe(1);
    const acts = (await stores.audit.newest(20)).filter(({ verb }) => verb === 'role.give');
    expect(acts).toHaveLength(1);
    await stores.close();
    await ada.modal()?.close('x');
  });

  it('takes a role back once, and tells the second person who did it', async () => {
    const [ada, bea] = [scene.slack.as(PEOPLE.admin), scene.slack.as(SECOND)];
    const windows = [];
    for (const person of [ada, bea]) {
      await person.slash('/aws-settings');
      windows.push(await person.waitForModal((modal) => modal.title === 'Rekey settings'));
    }
    await windows[0]?.click('Take back', { confirm: true });
    await ada.waitForModal((modal) => modal.words.includes('The role was taken back'));
    await windows[1]?.click('Take back', { confirm: true, stale: true });
    const told = await bea.waitForModal((modal) => modal.title === 'Not done');
    expect(told.words).toContain(`Already done by <@${PEOPLE.admin}>.`);
    const stores = await scene.stores();
    expect(await stores.roleGrants.list()).toEqual([]);
    expect((await stores.audit.newest(20)).filter(({ verb }) => verb === 'role.take')).toHaveLength(1);
    await stores.close();
    await ada.modal()?.close('x');
  });

  it('connects once', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
    const { accessKeyId, secretAccessKey } = scene.samples.keys.good;
    await form.fill({
      'Connection name': 'Once',
      Method: 'Access key',
      'Access key ID': accessKeyId,
      'Secret access key': secretAccessKey,
    });
    scene.slack.faults.add('deliver:interaction', { kind: 'twice' });
    await form.submit();
    const stores = await scene.stores();
    await expect.poll(async () => (await stores.connections.list()).length, { timeout: 8_000 }).toBe(1);
    const acts = (await stores.audit.newest(50)).filter(({ verb }) => verb === 'connection.connect');
    expect(acts.filter(({ phase }) => phase === 'intent')).toHaveLength(1);
    await stores.close();
  });
});
