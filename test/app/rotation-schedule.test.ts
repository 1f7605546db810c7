import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import { keptSchedule } from '../../src/handlers/rotations/schedules.ts';
import { setKeys } from '../support/keys.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';
import { recordingLog } from '../support/system-world.ts';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('rotation by schedule over %s on %s', (transport, engine) => {
  let scene: Scene;
  let stores: OpenStores;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    ada = scene.slack.as(PEOPLE.admin);
    await setKeys(scene);
    stores = await scene.stores();
    const subject = { subjectKind: 'user', subjectId: PEOPLE.operator, role: 'operator' } as const;
    const by = { grantedBy: PEOPLE.admin, grantedAt: 1 };
    await stores.atomically([stores.roleGrants.insert({ id: 'g', ...subject, ...by })]);
  });

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    for (const id of Object.values(PEOPLE)) {
      const person = scene.slack.as(id);
      for (let open = person.modal(); open !== undefined; open = person.modal()) await open.close('x');
    }
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  async function settings(person = ada): Promise<ModalDriver> {
    await person.slash('/aws-settings');
    return person.waitForModal((each) => each.title === 'Rekey settings', 10_000);
  }

  async function modal(
    title: string,
    test: (each: ModalDriver) => boolean = () => true,
  ): Promise<ModalDriver> {
    return ada.waitForModal((each) => each.title === title && test(each), 10_000);
  }

  async function open(): Promise<ModalDriver> {
    await (await settings()).choose('Shop', { in: 'Rotation schedule of…' });
    return modal('Rotation by schedule');
  }

  async function kept() {
    const id = (await stores.connections.byName('shop'))?.id ?? '';
    return keptSchedule({ stores, log: recordingLog() }, id);
  }

  it('is off until an admin, who saw what it would do, switches it on', async () => {
    expect((await settings()).words).toContain('It is off for every connection');
    await (await modal('Rekey settings')).close('x');
    const form = await open();
    expect(form.words).toContain('Nothing was set yet: it is off.');
    await form.fill({ 'Rotation by schedule': 'On', 'Begin … days before the maximum age': '14' });
    await form.submit();
    await modal('Rotation by schedule', (each) => each.words.includes('Not saved yet'));
    expect(form.words).toContain('*Today it would replace 0 keys* and spare 9');
    expect(form.words).toContain('no destination is bound to its user');
    expect(form.words).toContain('its user has two keys: a person chooses');
    expect(await kept()).toBeNull();
    await form.fill({ 'At most … open at once': '3' });
    await form.submit();
    await modal('Rotation by schedule', (each) => each.words.includes('the preview was of other values'));
    await form.submit();
    expect((await modal('Saved')).words).toContain('Rotation by schedule is on for *Shop*.');
    expect((await kept())?.schedule).toMatchObject({ on: true, leadDays: 14, mostAtOnce: 3 });
    const [entry] = (await stores.audit.newest(20)).filter(({ verb }) => verb === 'rotation.schedule');
    expect(entry).toMatchObject({ outcome: 'done', detail: { to: { on: true, leadDays: 14 } } });
  });

  it.each([
    ['Begin … days before the maximum age', '0', 'from 1 to 90'],
    ['At most … open at once', '21', 'from 1 to 20'],
    ['At least … minutes apart', '1', 'from 5 to 1440'],
    ['Time zone', 'Mars/Olympus', 'No such time zone'],
  ])('says at the field %s what is wrong with %s', async (label, value, words) => {
    const form = await open();
    await form.fill({ [label]: value });
    expect((await form.submit()).errors[label]).toContain(words);
    await form.click('Preview');
    await modal('Rotation by schedule', (each) => each.words.includes('Not previewed.'));
  });

  it('does not let a window undo what another admin saved meanwhile', async () => {
    const form = await open();
    await form.click('Preview');
    await modal('Rotation by schedule', (each) => each.words.includes('Today it would replace'));
    const before = await kept();
    const id = (await stores.connections.byName('shop'))?.id ?? '';
    const other = { ...before, version: (before?.version ?? 0) + 1 };
    await stores.atomically([
      stores.settings.set(`rotation_schedule:${id}`, JSON.stringify(other), Date.now()),
    ]);
    const sent = await form.submit();
    expect(JSON.stringify(sent)).toContain('changed this schedule since you opened');
  });

  it('saved by two admins in the same moment is that of the first, and the other hears who that was', async () => {
    const vera = scene.slack.as(PEOPLE.viewer);
    const subject = { subjectKind: 'user', subjectId: PEOPLE.viewer, role: 'admin' } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'second', ...subject, grantedBy: PEOPLE.admin, grantedAt: 1 }),
    ]);
    const forms = [];
    for (const [person, leadDays] of [
      [ada, '21'],
      [vera, '28'],
    ] as const) {
      await (await settings(person)).choose('Shop', { in: 'Rotation schedule of…' });
      const form = await person.waitForModal((each) => each.title === 'Rotation by schedule', 10_000);
      await form.fill({ 'Begin … days before the maximum age': leadDays });
      await form.click('Preview');
      await person.waitForModal((each) => each.words.includes('Today it would replace'), 10_000);
      forms.push(form);
    }
    const before = await kept();
    const sent = await Promise.all(forms.map((form) => form.submit()));
    const after = await kept();
    expect(after?.version).toBe((before?.version ?? 0) + 1);
    const first = after?.by === PEOPLE.admin ? 0 : 1;
    expect(after?.schedule.leadDays).toBe([21, 28][first]);
    expect(sent[first]?.result).toBe('updated');
    expect(JSON.stringify(sent[1 - first])).toContain(`<@${after?.by}> changed this schedule`);
    // Whoever switched it on answers for it, too, whoever changed it since.
    expect(after?.onBy).toBe(before?.onBy);
    await stores.atomically([stores.roleGrants.remove('second')]);
  });

  it('sends a dry run of every key to whoever asks, and changes nothing', async () => {
    const form = await open();
    await form.click('Dry run');
    await modal('Rotation by schedule', (each) => each.words.includes('The dry run is on its way'));
    const head = await ada.waitForMessage(({ words }) => words.includes('Dry run of the rotation schedule'), {
      timeoutMs: 20_000,
    });
    expect(head.words).toContain('0 keys replaced, 9 spared');
    expect(head.words).toContain('Nothing was changed.');
    const begun = await stores.rotation.rotations.countOpen();
    expect(begun).toBe(0);
    await expect
      .poll(async () => (await stores.audit.newest(20)).map(({ verb, phase }) => `${verb} ${phase}`))
      .toEqual(expect.arrayContaining(['rotation.dry_run intent', 'rotation.dry_run outcome']));
  });

  it('is stopped by an operator from Home, told to the channel, and goes on when an admin says so', async () => {
    const omar = scene.slack.as(PEOPLE.operator);
    const home = await omar.openHome();
    expect(home.words).toContain('Rotation by schedule is on for 1 connection.');
    await home.click('Stop schedules');
    const form = await omar.waitForModal((each) => each.title === 'Stop schedules', 10_000);
    await form.fill({ Reason: 'new one: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' });
    expect((await form.submit()).errors['Reason']).toContain('looks like a secret');
    await form.fill({ Reason: 'Black Friday <!channel>' });
    await form.submit();
    await omar.waitForModal((each) => each.title === 'Stopped', 10_000);
    const told = await ada.waitForMessage(({ words }) => words.includes('were stopped'), {
      channel: CHANNELS.alerts,
      timeoutMs: 10_000,
    });
    expect(told.words).not.toContain('<!channel>');
    expect((await omar.openHome()).words).toContain('*Rotations by schedule are stopped*');
    const window = await settings();
    expect(window.words).toContain('*Stopped* by');
    await window.click('Go on', { confirm: true });
    await modal('Rekey settings', (each) => each.words.includes('Rotations by schedule go on.'));
    expect((await omar.openHome()).words).toContain('Rotation by schedule is on for 1 connection.');
  });

  it('is switched off without a preview, and goes with its connection', async () => {
    const form = await open();
    await form.fill({ 'Rotation by schedule': 'Off' });
    await form.submit();
    expect((await modal('Saved')).words).toContain('Rotation by schedule is off for *Shop*');
    expect((await kept())?.schedule.on).toBe(false);
    const id = (await stores.connections.byName('shop'))?.id ?? '';
    const home = await ada.openHome();
    await home.choose('Disconnect', { in: '*Shop*' });
    const sure = await modal('Disconnect');
    await sure.submit();
    await modal('Disconnected');
    expect(await stores.settings.get(`rotation_schedule:${id}`)).toBeNull();
  });
});
