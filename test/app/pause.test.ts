import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, chooseFor, connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'postgres'],
  ['http', 'sqlite'],
] as const)('a pause over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;
  let bea: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    [bea = scene.slack.as(PEOPLE.admin)] = addAdmins(scene, 1);
    scene.environment['REKEY_ALERT_CHANNEL'] = CHANNELS.alerts;
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
    const stores = await scene.stores();
    const grant = { subjectKind: 'user', subjectId: PEOPLE.viewer, role: 'viewer', grantedBy: 'U1' } as const;
    await stores.atomically([stores.roleGrants.insert({ id: 'v', ...grant, grantedAt: 1 })]);
    await stores.close();
  });

  afterAll(async () => {
    await scene.strike();
  });

  afterEach(async () => {
    scene.aws.faults.clear();
    for (const person of [ada, bea]) await person.modal()?.close('x');
  });

  async function settings(person: PersonDriver) {
    await person.slash('/aws-settings');
    return person.waitForModal((modal) => modal.title === 'Rekey settings', 10_000);
  }

  async function pauseForm(person: PersonDriver) {
    await (await settings(person)).click('Pause Rekey');
    return person.waitForModal((modal) => modal.title === 'Pause Rekey', 10_000);
  }

  async function pause(person: PersonDriver, why: string): Promise<void> {
    const form = await pauseForm(person);
    await form.fill({ Reason: why });
    expect((await form.submit()).result).toBe('updated');
    await person.modal()?.close('x');
    await person.modal()?.close('x');
  }

  async function resume(person: PersonDriver): Promise<void> {
    await (await settings(person)).click('Resume', { confirm: true });
    await person.waitForModal((modal) => modal.words.includes('Rekey may change AWS again.'), 10_000);
    await person.modal()?.close('x');
  }

  /** A connection by a key that may deactivate itself. */
  async function connected(name: string) {
    const { key } = freshUser(scene, name, ['verify', 'inventory', 'rotate_self']);
    await (await connectKey(ada, name, key)).close();
    const status = () => scene.aws.world.findKey(key.accessKeyId)?.key.currentStatus;
    const row = async () => (await kept(scene)).connections.find((connection) => connection.name === name);
    return { name, key, status, row };
  }

  async function disconnect(name: string, key: { accessKeyId: string }, deactivate: boolean) {
    await chooseFor(ada, name, 'Disconnect');
    const window = await ada.waitForModal((modal) => modal.title === 'Disconnect', 10_000);
    if (deactivate) await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
    return window.submit();
  }

  const metric = async (): Promise<string | undefined> => {
    const page = await (await fetch(`${scene.opsUrl}/metrics`)).text();
    return /^rekey_paused (\d)$/m.exec(page)?.[1];
  };

  it('takes an admin and a reason', async () => {
    const vera = scene.slack.as(PEOPLE.viewer);
    await vera.slash('/aws-settings');
    const words = (): string => `${vera.modal()?.words ?? ''} ${vera.ephemerals().at(-1)?.words ?? ''}`;
    await expect.poll(words, { timeout: 10_000 }).toContain('takes the role admin');
    await vera.modal()?.close('x');
    const form = await pauseForm(ada);
    await form.fill({ Reason: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' });
    expect((await form.submit()).errors['Reason']).toContain('looks like a secret');
    await form.fill({ Reason: '   ' });
    const sent = await form.submit();
    expect(JSON.stringify(sent.errors)).toContain('Say why');
    expect(await metric()).toBe('0');
  });

  it('is told in the alert channel, in the settings, on Home, in the metrics and in the audit log', async () => {
    await pause(ada, 'change <!channel> freeze');
    const told = await ada.waitForMessage(({ words }) => words.includes('Rekey was paused'), {
      channel: 'aws-alerts',
      timeoutMs: 15_000,
    });
    expect(told.words).toContain(`by <@${PEOPLE.admin}>: change &lt;!channel&gt; freeze`);
    expect(told.text).not.toContain('<!channel>');
    const vera = scene.slack.as(PEOPLE.viewer);
    const home = await vera.openHome({ timeoutMs: 10_000 });
    expect(home.words).toContain(`*Rekey is paused* by <@${PEOPLE.admin}>`);
    const nora = scene.slack.as(PEOPLE.nobody);
    expect((await nora.openHome({ timeoutMs: 10_000 })).words).not.toContain('paused');
    const again = await settings(bea);
    expect(again.words).toContain(`*Rekey is paused* by <@${PEOPLE.admin}>`);
    await expect.poll(metric, { timeout: 15_000, interval: 500 }).toBe('1');
    expect((await fetch(`${scene.opsUrl}/readyz`)).status).toBe(200);
    const entry = (await kept(scene)).audit.find(({ verb }) => verb === 'settings.pause');
    expect(entry).toMatchObject({ outcome: 'done', why: 'change <!channel> freeze' });
    expect(entry?.doer).toMatchObject({ userId: PEOPLE.admin });
    await resume(bea);
    const lifted = { channel: 'aws-alerts', timeoutMs: 15_000 };
    await ada.waitForMessage(({ words }) => words.includes('Rekey was resumed by'), lifted);
    expect((await vera.openHome({ timeoutMs: 10_000 })).words).not.toContain('paused');
  });

  it('of two admins is made by the first, and resumed by the first', async () => {
    const late = await pauseForm(bea);
    await pause(ada, 'first');
    await late.fill({ Reason: 'second' });
    await late.submit();
    expect(bea.modal()?.words).toContain(`paused already by <@${PEOPLE.admin}>`);
    await bea.modal()?.close('x');
    await bea.modal()?.close('x');
    const window = await settings(bea);
    await resume(ada);
    await window.click('Resume', { confirm: true });
    await bea.waitForModal((modal) => modal.words.includes('not paused any more'), 10_000);
    const verbs = (await kept(scene)).audit.map(({ verb }) => verb);
    expect(verbs.filter((verb) => verb === 'settings.pause')).toHaveLength(2);
    expect(verbs.filter((verb) => verb === 'settings.resume')).toHaveLength(2);
  });

  it('stops what would change AWS, also after a restart, and nothing else', async () => {
    const one = await connected('one');
    await pause(ada, 'freeze');
    await scene.stop();
    await scene.start();
    const refused = await disconnect(one.name, one.key, true);
    expect(JSON.stringify(refused.errors)).toContain(
      'Rekey is paused (freeze) and does not deactivate keys.',
    );
    expect([one.status(), (await one.row())?.state]).toEqual(['Active', 'connected']);
    await ada.modal()?.close('x');
    const two = await connected('two');
    await ada.slash(`/aws-test ${two.name}`);
    expect((await outcome(ada)).title).toBe('Test passed');
    await ada.modal()?.close('x');
    await disconnect(two.name, two.key, false);
    expect((await outcome(ada)).title).toBe('Disconnected');
    expect([two.status(), await two.row()]).toEqual(['Active', undefined]);
    await ada.modal()?.close('x');
    await resume(ada);
    await disconnect(one.name, one.key, true);
    expect((await outcome(ada)).title).toBe('Disconnected');
    expect([one.status(), await one.row()]).toEqual(['Inactive', undefined]);
  }, 60_000);

  it('stops also what was asked for before it, right before the call', async () => {
    const { name, key, status, row } = await connected('under-way');
    const slow = scene.aws.faults.add({
      action: 'ListAccessKeys',
      accessKeyId: key.accessKeyId,
      effect: { kind: 'latency', ms: 4_000 },
    });
    await disconnect(name, key, true);
    await eventually(() => slow.fired > 0, 'the reading of the keys');
    await pause(bea, 'wait');
    const view = await outcome(ada);
    expect(view.words).toContain('could not be deactivated: Rekey is paused (wait).');
    expect([status(), (await row())?.state]).toEqual(['Active', 'connected']);
    const sent = scene.aws.requests
      .of('UpdateAccessKey')
      .filter(({ accessKeyId }) => accessKeyId === key.accessKeyId);
    expect(sent).toEqual([]);
    await resume(bea);
  }, 60_000);
});
