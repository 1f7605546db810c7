import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/ports/world.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const GROUP = 'S0ONCALL';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('roles over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ahead = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + ahead };

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    scene.slack.addUserGroup({
      id: GROUP,
      handle: 'cloud-oncall',
      name: 'Cloud on call',
      users: [PEOPLE.operator],
    });
    scene.slack.addUserGroup({ id: 'S0OTHER', handle: 'sales', name: 'Sales', users: [PEOPLE.nobody] });
    await scene.start({}, clock);
  });

  afterAll(async () => {
    await scene.strike();
  });

  beforeEach(() => {
    scene.slack.settings.freePlan = false;
    scene.slack.world.userGroups.get(GROUP)?.users.splice(0, 9, PEOPLE.operator);
  });

  afterEach(async () => {
    scene.slack.faults.clear();
    for (const id of Object.values(PEOPLE)) await scene.slack.as(id).modal()?.close('x');
  });

  async function settings() {
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-settings');
    return ada.waitForModal((modal) => modal.title === 'Rekey settings');
  }

  async function giveToGroup(role: string): Promise<void> {
    const ada = scene.slack.as(PEOPLE.admin);
    await (await settings()).click('Give a role');
    const form = await ada.waitForModal((modal) => modal.title === 'Give a role');
    await form.field('User groups').pick('cloud', 'Cloud on call (@cloud-oncall)');
    await form.fill({ Role: role });
    await form.submit();
    await ada.waitForModal((modal) => modal.title === 'Given');
    await ada.modal()?.close('x');
  }

  async function takeAllBack(): Promise<void> {
    const stores = await scene.stores();
    await stores.atomically((await stores.roleGrants.list()).map(({ id }) => stores.roleGrants.remove(id)));
    await stores.close();
  }

  /** What `/aws-help` tells this person their roles are. */
  async function rolesOf(userId: string): Promise<string> {
    const person = scene.slack.as(userId);
    const before = person.ephemerals().length;
    await person.slash('/aws-help');
    const told = await person.waitForEphemeral(() => person.ephemerals().length > before);
    return /Your roles: ([^·\n]*?) ·/.exec(told.words)?.[1] ?? told.words;
  }

  it('gives a role to a person, shows it, and takes it back', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const window = await settings();
    expect(window.words).toContain(
      `Admins by configuration (REKEY_ADMINS, cannot be changed here): <@${PEOPLE.admin}>`,
    );
    expect(window.buttons).not.toContain('Take back');
    await window.click('Give a role');
    const form = await ada.waitForModal((modal) => modal.title === 'Give a role');
    expect(await form.submit()).toMatchObject({ result: 'errors' });
    await form.fill({ Role: 'viewer' });
    expect(await form.submit()).toMatchObject({
      errors: { People: 'Choose at least one person or user group.' },
    });
    await form.fill({ People: [PEOPLE.viewer] });
    await form.submit();
    await (await ada.waitForModal((modal) => modal.title === 'Given')).close();
    await ada.waitForModal((modal) => modal.words.includes(`<@${PEOPLE.viewer}> is *viewer*`));
    expect(await rolesOf(PEOPLE.viewer)).toBe('viewer');
    await window.click('Take back', { confirm: true });
    await ada.waitForModal((modal) => modal.words.includes('The role was taken back.'));
    expect(await rolesOf(PEOPLE.viewer)).toBe('none yet');
  });

  it('gives a role to a group, whose members are asked again after five minutes', async () => {
    await giveToGroup('responder');
    expect(await rolesOf(PEOPLE.operator)).toBe('responder');
    expect(await rolesOf(PEOPLE.nobody)).toBe('none yet');
    scene.slack.world.userGroups.get(GROUP)?.users.push(PEOPLE.nobody);
    ahead += 4 * MINUTE;
    expect(await rolesOf(PEOPLE.nobody)).toBe('none yet');
    ahead += 2 * MINUTE;
    expect(await rolesOf(PEOPLE.nobody)).toBe('responder');
    scene.slack.world.userGroups.get(GROUP)?.users.splice(0, 9);
    ahead += 6 * MINUTE;
    expect(await rolesOf(PEOPLE.operator)).toBe('none yet');
    await takeAllBack();
  });

  it('takes the role of a group that was switched off away', async () => {
    await giveToGroup('viewer');
    ahead += 6 * MINUTE;
    expect(await rolesOf(PEOPLE.operator)).toBe('viewer');
    const group = scene.slack.world.userGroups.get(GROUP);
    if (group !== undefined) group.disabled = true;
    ahead += 6 * MINUTE;
    expect(await rolesOf(PEOPLE.operator)).toBe('none yet');
    if (group !== undefined) group.disabled = false;
    await takeAllBack();
  });

  it('trusts a membership for a day when Slack cannot be asked, but for nothing irreversible', async () => {
    await giveToGroup('admin');
    ahead += 6 * MINUTE;
    expect(await rolesOf(PEOPLE.operator)).toBe('admin');
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
    const { accessKeyId, secretAccessKey } = scene.samples.keys.good;
    await form.fill({
      'Connection name': 'Kept',
      Method: 'Access key',
      'Access key ID': accessKeyId,
      'Secret access key': secretAccessKey,
    });
    await form.submit();
    await (await ada.waitForModal((modal) => modal.title === 'Connected', 10_000)).close();

    scene.slack.faults.add('usergroups.users.list', { kind: 'http', status: 503 }, { times: 99 });
    ahead += 23 * HOUR;
    const omar = scene.slack.as(PEOPLE.operator);
    const home = await omar.openHome();
    await home.choose('Edit');
    const edit = await omar.waitForModal((modal) => modal.title === 'Edit connection');
    await edit.fill({ Description: 'changed while Slack was down' });
    await edit.submit();
    await omar.waitForHome((view) => view.words.includes('changed while Slack was down'));
    for (const [item, title] of [
      ['Disconnect', 'Disconnect'],
      ['Replace credentials', 'Replace credentials'],
    ] as const) {
      await omar.home()?.choose(item);
      const window = await omar.waitForModal((modal) => modal.title === title);
      if (item === 'Replace credentials') {
        await window.fill({
          Method: 'Access key',
          'Access key ID': accessKeyId,
          'Secret access key': secretAccessKey,
        });
      }
      await window.submit();
      const told = await omar.waitForModal((modal) => modal.title === 'Not done');
      expect(told.words).toContain('Slack could not be asked about a user group');
      await told.close();
    }
    ahead += 2 * HOUR;
    expect(await rolesOf(PEOPLE.operator)).toBe('none yet');
    expect((await omar.openHome()).words).toContain('You have no role here yet');
    const stores = await scene.stores();
    expect(await stores.connections.list()).toMatchObject([{ name: 'Kept', state: 'connected' }]);
    await stores.close();
    await takeAllBack();
  });

  it('refuses a person who lost the role while the window was open', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const window = await settings();
    await window.click('Give a role');
    const give = await ada.waitForModal((modal) => modal.title === 'Give a role');
    await give.fill({ People: [PEOPLE.viewer], Role: 'admin' });
    await give.submit();
    await ada.waitForModal((modal) => modal.title === 'Given');
    const vera = scene.slack.as(PEOPLE.viewer);
    await vera.slash('/aws-settings');
    const hers = await vera.waitForModal((modal) => modal.title === 'Rekey settings');
    await takeAllBack();
    await hers.fill({ 'Alert channel': 'C0ALERTS' });
    await hers.submit();
    const told = await vera.waitForModal((modal) => modal.title === 'Not done');
    expect(told.words).toContain(
      `that takes the role admin. Ask an admin to do it or to give you the role: <@${PEOPLE.admin}>.`,
    );
    const stores = await scene.stores();
    expect(await stores.settings.get('alert_channel')).toBeNull();
    await stores.close();
  });

  it('never takes REKEY_ADMINS away, whatever grants say', async () => {
    const stores = await scene.stores();
    const grant = { subjectKind: 'user' as const, subjectId: PEOPLE.admin, role: 'viewer' as const };
    await stores.atomically([
      stores.roleGrants.insert({ id: 'x', ...grant, grantedBy: 'U0X', grantedAt: 1 }),
    ]);
    await stores.close();
    expect(await rolesOf(PEOPLE.admin)).toBe('viewer, admin');
    await (await settings()).click('Take back', { confirm: true });
    await scene.slack.as(PEOPLE.admin).waitForModal((modal) => modal.words.includes('was taken back'));
    expect(await rolesOf(PEOPLE.admin)).toBe('admin');
  });

  it('offers what it may: people always, groups with the reason why not', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const open = async (): Promise<string> => {
      await (await settings()).click('Give a role');
      const form = await ada.waitForModal((modal) => modal.title === 'Give a role');
      const words = `${form.labels.join(',')}\n${form.words}`;
      await form.close('x');
      return words;
    };
    expect(await open()).toMatch(/^People,User groups,Role/);
    scene.slack.settings.freePlan = true;
    expect(await open()).toMatch(/^People,Role\n[^]*plan has no user groups/);
    scene.slack.settings.freePlan = false;
    scene.slack.faults.add('usergroups.list', { kind: 'http', status: 500 });
    expect(await open()).toMatch(/^People,Role\n[^]*could not ask Slack about user groups/);
    scene.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read'] });
    expect(await open()).toMatch(/^People,Role\n[^]*Add the optional scope `usergroups:read`/);
    scene.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read', 'usergroups:read'] });
  });

  it('suggests groups by name and handle', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await (await settings()).click('Give a role');
    const form = await ada.waitForModal((modal) => modal.title === 'Give a role');
    const names = async (typed: string): Promise<number> =>
      (await form.field('User groups').suggest(typed)).length;
    expect(await names('')).toBe(2);
    expect(await names(' CLOUD ')).toBe(1);
    expect(await names('sales')).toBe(1);
    expect(await names('nothing like it')).toBe(0);
    expect(scene.slack.defects).toEqual([]);
  });
});
