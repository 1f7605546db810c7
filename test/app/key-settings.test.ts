import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import { setKeys, type KeyScene } from '../support/keys.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('settings about keys over %s on %s', (transport, engine) => {
  let scene: Scene;
  let keys: KeyScene;
  let stores: OpenStores;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    scene.slack.addUserGroup({ id: 'S0ONCALL', handle: 'oncall', name: 'On call', users: [PEOPLE.nobody] });
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
    keys = await setKeys(scene);
    stores = await scene.stores();
  });

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    for (const id of Object.values(PEOPLE)) await scene.slack.as(id).modal()?.close('x');
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  async function settings(): Promise<ModalDriver> {
    await ada.slash('/aws-settings');
    return modal('Rekey settings');
  }

  async function modal(
    title: string,
    test: (each: ModalDriver) => boolean = () => true,
  ): Promise<ModalDriver> {
    return ada.waitForModal((each) => each.title === title && test(each), 10_000);
  }

  async function standing(name: string) {
    return stores.inventory.standings.byKey(keys.ids[name] ?? '');
  }

  async function connectionId(): Promise<string> {
    return (await stores.connections.byName('shop'))?.id ?? '';
  }

  it('has a section of keys that is quickly read', async () => {
    const window = await settings();
    expect(window.words).toContain('*Reminders* come Mon–Fri 09:00–17:00 (UTC)');
    expect(window.words).toContain('Tags `owner`, `email` are asked first; there is no rule.');
    expect(window.buttons).toEqual(
      expect.arrayContaining(['Working hours', 'Owners', 'Give a role', 'Set up paging']),
    );
    expect(window.offers).toContain('Shop');
  });

  describe('the policy of a connection', () => {
    async function open(): Promise<ModalDriver> {
      await (await settings()).choose('Shop', { in: 'Key policy of…' });
      return modal('Key policy');
    }

    it('is saved only after its effect was shown', async () => {
      const form = await open();
      expect(form.words).toContain('These are the defaults.');
      await form.fill({ 'Maximum age, days': '60' });
      expect((await form.submit()).errors).toEqual({});
      await modal('Key policy', (each) => each.words.includes('Not saved yet'));
      expect(form.words).toContain('Today this policy would hit 5 of 9 access keys');
      expect(form.words).toContain('the present one hits 5');
      expect(form.words).toContain('over age: 4 (now 1)');
      expect(form.words).toMatch(/• backup · `AKIA\w+`: over age/);
      expect(await stores.inventory.keyPolicies.ofConnection(await connectionId())).toBeNull();
      await form.fill({ 'Maximum age, days': '100' });
      await form.submit();
      await modal('Key policy', (each) => each.words.includes('the preview was of other values'));
      expect(form.field('Maximum age, days').value).toBe('100');
      expect((await form.submit()).result).toBe('updated');
      const saved = await modal('Saved');
      expect(saved.words).toContain('The policy of *Shop* was saved.');
      await expect
        .poll(async () => (await standing('old-job'))?.findings.map(({ code }) => code))
        .not.toContain('due_soon');
      const [entry] = (await stores.audit.newest(50)).filter(({ verb }) => verb === 'key.policy');
      expect(entry).toMatchObject({ outcome: 'done', detail: { to: { maxAgeDays: 100 } } });
    });

    it('shows its effect in the same window, and keeps what is typed', async () => {
      const form = await open();
      await form.fill({ 'Unused after, days': '10', 'Tags that users must have': 'owner, cost centre' });
      await form.click('Preview');
      await modal('Key policy', (each) => each.words.includes('Today this policy would hit'));
      expect(form.words).toContain('tag missing: 8 (now 0)');
      expect(form.field('Unused after, days').value).toBe('10');
      expect(form.field('Tags that users must have').value).toBe('owner, cost centre');
      expect((await form.submit()).result).toBe('updated');
      expect((await modal('Saved')).title).toBe('Saved');
    });

    it.each([
      ['Maximum age, days', '0', 'from 1 to 3650'],
      ['Maximum age, days', '10', null],
      ['Warn … days before', 'soon', 'whole numbers of days'],
      ['Warn … days before', '200, 7', 'fewer days than the maximum age'],
      ['Tags that users must have', 'a,b,c,d,e,f,g,h,i,j,k', 'At most 10'],
      ['Tags that users must have', 'own<er>', 'names of tags'],
    ])('says at the field %s what is wrong with %s', async (label, value, words) => {
      const form = await open();
      await form.fill({ [label]: value });
      const sent = await form.submit();
      const at = words === null ? 'Warn … days before' : label;
      expect(sent.errors[at]).toContain(words ?? 'fewer days than the maximum age');
      await form.click('Preview');
      await modal('Key policy', (each) => each.words.includes('Not previewed.'));
    });

    it('names a group to mention, and nobody again', async () => {
      const form = await open();
      await form.field('On-call user group').pick('call', 'On call (@oncall)');
      await form.submit();
      await modal('Key policy', (each) => each.words.includes('Not saved yet'));
      await form.submit();
      await (await modal('Saved')).close('x');
      const kept = async () =>
        (await stores.inventory.keyPolicies.ofConnection(await connectionId()))?.policy;
      expect(await kept()).toMatchObject({ onCallGroup: 'S0ONCALL' });
      const again = await open();
      await again.field('On-call user group').pick('', 'Nobody');
      await again.submit();
      await modal('Key policy', (each) => each.words.includes('Not saved yet'));
      await again.submit();
      await modal('Saved');
      expect(await kept()).toMatchObject({ onCallGroup: null });
    });

    it('is not saved over a change that was not seen', async () => {
      const form = await open();
      const now = await stores.inventory.keyPolicies.ofConnection(await connectionId());
      if (now === null) throw new Error('No policy was kept');
      await stores.atomically([
        stores.inventory.keyPolicies.update({
          ...now,
          policy: { ...now.policy, repeatDays: 9 },
          version: now.version + 1,
        }),
      ]);
      await form.fill({ 'Maximum age, days': '50' });
      expect((await form.submit()).errors['Maximum age, days']).toContain('Somebody changed this policy');
      await form.click('Preview');
      await modal('Key policy', (each) => each.words.includes('Today this policy would hit'));
      expect((await form.submit()).errors['Maximum age, days']).toContain('Somebody changed this policy');
      expect((await stores.inventory.keyPolicies.ofConnection(await connectionId()))?.policy.maxAgeDays).toBe(
        100,
      );
    });

    it('opens from the card of the connection too, for admins', async () => {
      await (await ada.openHome()).choose('Key policy', { in: 'Shop' });
      await modal('Key policy');
    });
  });

  describe('owners', () => {
    it('are found by a rule for names, and no longer once it is removed', async () => {
      await (await settings()).click('Owners');
      const window = await modal('Owners of keys');
      expect(window.words).toContain('There is no rule yet.');
      await window.click('Add a rule');
      const form = await modal('Add a rule');
      await form.fill({ 'IAM users named': 'never ever' });
      expect((await form.submit()).errors['IAM users named']).toContain('letters, digits');
      await form.fill({ 'IAM users named': 'never-*' });
      expect((await form.submit()).errors['Owners: people']).toContain('at least one');
      await form.fill({ 'Owners: people': [PEOPLE.operator], In: 'Shop (222233334444)' });
      await form.field('Owners: user groups').pick('call', 'On call (@oncall)');
      expect((await form.submit()).result).toBe('closed');
      await modal('Owners of keys', (each) => each.words.includes('was added'));
      expect(window.words).toContain(`\`never-*\` in Shop → <@${PEOPLE.operator}>, <!subteam^S0ONCALL>`);
      await expect
        .poll(async () => (await standing('never-ever'))?.ownership, { timeout: 10_000 })
        .toMatchObject({ known: true, from: 'mapping' });
      await window.click('Add a rule');
      const same = await modal('Add a rule');
      await same.fill({
        'IAM users named': 'NEVER-*',
        'Owners: people': [PEOPLE.viewer],
        In: 'Shop (222233334444)',
      });
      expect((await same.submit()).errors['IAM users named']).toContain('already');
      await same.close();
      // A member of the group answers for it, without a role.
      const nora = scene.slack.as(PEOPLE.nobody);
      expect((await nora.openHome()).words).toContain('*never-ever*');
      await window.click('Remove', { confirm: true });
      await modal('Owners of keys', (each) => each.words.includes('was removed'));
      await expect
        .poll(async () => (await standing('never-ever'))?.ownership.known, { timeout: 10_000 })
        .toBe(false);
      const verbs = (await stores.audit.newest(50)).map(({ verb }) => verb);
      expect(verbs).toEqual(expect.arrayContaining(['key.owner_rule', 'key.owner_rule_removed']));
    });

    it('are found by the tags that are named', async () => {
      await (await settings()).click('Owners');
      const window = await modal('Owners of keys');
      await window.fill({ 'Tags that name the owner': 'team, owner', 'Tag that names the kind': 'kind' });
      expect((await window.submit()).result).toBe('updated');
      await modal('Owners of keys', (each) => each.words.includes('The tags were saved'));
      await window.fill({ 'Tags that name the owner': 'te<am>' });
      expect((await window.submit()).errors['Tags that name the owner']).toContain('no name for a tag');
      await window.close();
      const below = await modal('Rekey settings');
      await below.close();
      expect((await settings()).words).toContain('Tags `team`, `owner` are asked first');
    });
  });

  describe('working hours', () => {
    it('are set for the workspace and for one channel, and left to the workspace again', async () => {
      await (await settings()).click('Working hours');
      const window = await modal('Working hours');
      await window.fill({ 'Time zone': 'Europe/Nowhere' });
      expect((await window.submit()).errors['Time zone']).toContain('No such time zone');
      await window.fill({
        'Time zone': 'Asia/Kathmandu',
        Days: ['Sunday', 'Monday'],
        From: '10:00',
        Until: '16:30',
      });
      expect((await window.submit()).result).toBe('updated');
      await modal('Working hours', (each) => each.words.includes('Saved for the whole workspace'));
      expect(window.words).toContain('Mon, Sun 10:00–16:30 (Asia/Kathmandu)');
      await window.fill({ Channel: CHANNELS.alerts });
      await modal('Working hours', (each) => each.words.includes('those of the workspace'));
      expect(window.field('Time zone').value).toBe('Asia/Kathmandu');
      await window.fill({ 'Time zone': 'UTC', From: '08:00' });
      await window.submit();
      await modal('Working hours', (each) => each.words.includes(`Saved for <#${CHANNELS.alerts}>`));
      await window.click('Use the workspace’s hours', { confirm: true });
      await modal('Working hours', (each) => each.words.includes('no hours of its own'));
      expect(window.field('Time zone').value).toBe('Asia/Kathmandu');
      const entries = (await stores.audit.newest(50)).filter(({ verb }) => verb === 'settings.hours');
      expect(entries).toHaveLength(3);
    });
  });

  it('belong to admins', async () => {
    const vera = scene.slack.as(PEOPLE.viewer);
    await vera.slash('/aws-settings');
    expect((await vera.waitForEphemeral()).words).toContain('takes the role admin');
  });
});
