import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { PagerStandIn } from '../../sandbox/pager/stand-in.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('paging over %s on %s', (transport, engine) => {
  const clock = new MovingClock();
  let scene: Scene;
  let pagers: PagerStandIn;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    pagers = await PagerStandIn.start();
    const opsgenieUrls = { us: pagers.opsgenieUrl('us'), eu: pagers.opsgenieUrl('eu') };
    const environment = { REKEY_ALERT_CHANNEL: CHANNELS.alerts, REKEY_PRIVATE_WEBHOOKS: '127.0.0.1' };
    await scene.start(environment, clock, { pagerDutyUrl: pagers.pagerDutyUrl, opsgenieUrls });
    ada = scene.slack.as(PEOPLE.admin);
  });

  afterAll(async () => {
    await scene.strike();
    await pagers.stop();
  });

  afterEach(async () => {
    pagers.faults.length = 0;
    await ada.modal()?.close('x');
  });

  const settings = async () => {
    await ada.slash('/aws-settings');
    return ada.waitForModal((modal) => modal.title === 'Rekey settings');
  };

  const form = async (button = 'Change paging') => {
    await (await settings()).click(button);
    return ada.waitForModal((modal) => modal.title === 'Paging');
  };

  const pressed = async (button: string, words: string) => {
    await (await settings()).click(button);
    return ada.waitForModal((modal) => modal.words.includes(words), 10_000);
  };

  it('says on Home of admins which channel takes no alerts, until one works there again', async () => {
    const stores = await scene.stores();
    const add = (id: string) =>
      stores.atomically([
        stores.notices.add({
          id,
          target: { kind: 'channel', channelId: CHANNELS.notJoined },
          text: id,
          blocks: [],
          createdAt: clock.now(),
          correlationId: id,
        }),
      ]);
    await add('lost-1');
    const alerts = { channel: 'aws-alerts', timeoutMs: 15_000 };
    await ada.waitForMessage(({ text }) => text.startsWith('lost-1'), alerts);
    const words = `Alerts for <#${CHANNELS.notJoined}> could not be delivered`;
    const home = await ada.openHome();
    expect(home.words).toContain(words);
    expect(home.words).toContain('/invite @Rekey');
    scene.slack.world.channels.get(CHANNELS.notJoined)?.members.add(scene.slack.botUserId);
    await add('lost-2');
    await expect.poll(async () => (await stores.outlets.troubled()).length, { timeout: 15_000 }).toBe(0);
    expect((await ada.openHome()).words).not.toContain(words);
    await stores.close();
  });

  it('is set up with a key that is never shown again', async () => {
    expect((await settings()).words).toContain('Bad alerts can also wake somebody');
    await ada.modal()?.close('x');
    const typing = await form('Set up paging');
    await typing.fill({ Key: ` "${pagers.routingKey}" `, 'Page from this severity': 'medium' });
    await typing.submit();
    const saved = await ada.waitForModal((modal) => modal.title === 'Saved');
    expect(saved.words).toContain('Pages go to PagerDuty from now on');
    await ada.modal()?.close('x');
    const window = await settings();
    expect(window.words).toContain('severity *medium* and above go to *PagerDuty*');
    await ada.modal()?.close('x');
    expect(JSON.stringify((await form()).blocks)).toContain('A key is stored; leave this empty to keep it.');
  });

  it('sends a test page, which closes itself, and says how that went', async () => {
    await pressed('Send a test page', 'A test page was opened and closed again.');
    expect(pagers.incidents).toMatchObject([
      { service: 'pagerduty', state: 'resolved', severity: 'warning' },
    ]);
    await ada.modal()?.close('x');
    pagers.faults.push({ kind: 'http', status: 503 });
    const failed = await pressed('Send a test page', 'did not get through');
    expect(failed.words).toContain('PagerDuty answered 503');
  });

  it('pages for a notice, and says on Home and in the alert channel when pages fail', async () => {
    const stores = await scene.stores();
    pagers.faults.push({ kind: 'http', status: 403 });
    const add = (id: string) =>
      stores.atomically([
        stores.notices.add({
          id,
          target: { kind: 'pager', action: 'trigger', details: {} },
          text: 'A key leaked',
          blocks: [],
          severity: 'high',
          incidentKey: id,
          createdAt: clock.now(),
          correlationId: id,
        }),
      ]);
    await add('i1');
    const alerts = { channel: 'aws-alerts', timeoutMs: 15_000 };
    const told = await ada.waitForMessage(({ text }) => text.includes('do not get through'), alerts);
    expect(told.text).toContain('PagerDuty answered 403 (it refuses the key)');
    expect((await ada.openHome()).words).toContain('Pages do not get through');
    clock.forward(10_000);
    await ada.waitForMessage(({ text }) => text === 'Pages get through again.', alerts);
    expect((await ada.openHome()).words).not.toContain('Pages do not get through');
    expect(pagers.incidents.at(-1)).toMatchObject({ key: 'i1', state: 'triggered', severity: 'error' });
    await stores.close();
  });

  it('keeps the stored key when only the severity changes, and asks for one when the service does', async () => {
    const changing = await form();
    await changing.fill({ 'Page from this severity': 'critical' });
    await changing.submit();
    await ada.waitForModal((modal) => modal.title === 'Saved');
    await ada.modal()?.close('x');
    await pressed('Send a test page', 'A test page was opened and closed again.');
    await ada.modal()?.close('x');
    const other = await form();
    await other.fill({ Service: 'Opsgenie' });
    expect(await other.submit()).toMatchObject({
      result: 'errors',
      errors: { Key: 'Type the key: none is stored for this service.' },
    });
  });

  it('pages by Opsgenie in the European Union, and by a webhook', async () => {
    const opsgenie = await form();
    await opsgenie.fill({ Service: 'Opsgenie', Key: pagers.genieKey, 'Opsgenie region': 'European Union' });
    await opsgenie.submit();
    await ada.waitForModal((modal) => modal.title === 'Saved');
    await ada.modal()?.close('x');
    await pressed('Send a test page', 'A test page was opened and closed again.');
    expect(pagers.incidents.at(-1)).toMatchObject({ service: 'opsgenie', state: 'resolved' });
    await ada.modal()?.close('x');
    const webhook = await form();
    const typed = { Service: 'Webhook', Key: pagers.webhookSecret };
    await webhook.fill({ ...typed, 'Webhook address': 'https://169.254.169.254/latest' });
    const refused = await webhook.submit();
    expect(JSON.stringify(refused)).toContain('private or special address');
    await webhook.fill({ 'Webhook address': pagers.webhookUrl() });
    await webhook.submit();
    await ada.waitForModal((modal) => modal.title === 'Saved');
    await ada.modal()?.close('x');
    await pressed('Send a test page', 'A test page was opened and closed again.');
    expect(pagers.incidents.at(-1)).toMatchObject({ service: 'webhook', state: 'resolved' });
    expect(pagers.refused).toEqual([]);
  });

  it('is removed, and its key erased', async () => {
    await (await settings()).click('Remove', { confirm: true });
    await ada.waitForModal((modal) => modal.words.includes('Paging was removed.'));
    const stores = await scene.stores();
    expect(await stores.secrets.newest('pager', 'pager')).toBeNull();
    expect(await stores.secrets.orphans()).toEqual([]);
    const verbs = (await stores.audit.newest(50)).map(({ verb }) => verb);
    expect(verbs.filter((verb) => verb.startsWith('settings.pager')).length).toBeGreaterThan(5);
    await stores.close();
  });

  it('left no key and no address anywhere', () => {
    const traces = scene.traces();
    for (const secret of [pagers.routingKey, pagers.genieKey, pagers.webhookSecret, 'in-the-address']) {
      expect(traces.includes(secret)).toBe(false);
    }
    expect(scene.slack.defects).toEqual([]);
  });
});
