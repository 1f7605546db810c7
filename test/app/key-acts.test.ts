import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import { DAY, setKeys, type KeyScene } from '../support/keys.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'postgres'],
  ['http', 'sqlite'],
] as const)('what people do about keys over %s on %s', (transport, engine) => {
  let scene: Scene;
  let keys: KeyScene;
  let stores: OpenStores;
  let ada: PersonDriver;
  let omar: PersonDriver;
  let vera: PersonDriver;
  let nora: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
    omar = scene.slack.as(PEOPLE.operator);
    vera = scene.slack.as(PEOPLE.viewer);
    nora = scene.slack.as(PEOPLE.nobody);
    keys = await setKeys(scene);
    stores = await scene.stores();
    const grant = { subjectKind: 'user', grantedBy: PEOPLE.admin, grantedAt: Date.now() } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g1', subjectId: PEOPLE.viewer, role: 'viewer', ...grant }),
      stores.roleGrants.insert({ id: 'g2', subjectId: PEOPLE.operator, role: 'operator', ...grant }),
    ]);
  });

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    scene.slack.faults.clear();
    for (const id of Object.values(PEOPLE)) await scene.slack.as(id).modal()?.close('x');
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  function id(name: string): string {
    return keys.ids[name] ?? '';
  }

  async function list(person: PersonDriver, filter = ''): Promise<MessageDriver> {
    const before = new Set(person.ephemerals().map(({ ts }) => ts));
    await person.slash(`/aws-keys ${filter}`);
    return person.waitForEphemeral(({ ts }) => !before.has(ts), 10_000);
  }

  /** A row with buttons in a channel, as a digest has, as this person sees it. */
  async function row(person: PersonDriver, name: string): Promise<MessageDriver> {
    const button = (label: string, action_id: string) => ({
      type: 'button',
      text: { type: 'plain_text', text: label },
      action_id,
      value: id(name),
    });
    const elements = [
      button('Rotate', 'key.rotate'),
      button('Snooze', 'key.snooze'),
      button('Details', 'key.details'),
    ];
    return messageOf(person, await post([{ type: 'actions', elements }]));
  }

  /** Posts as the app does; the timestamp. */
  async function post(blocks: readonly unknown[]): Promise<string> {
    const posted = await fetch(`${scene.slack.url}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: CHANNELS.alerts, text: 'A row', blocks }),
    });
    return ((await posted.json()) as { ts: string }).ts;
  }

  function messageOf(person: PersonDriver, ts: string): MessageDriver {
    const found = person.messages(CHANNELS.alerts).find((message) => message.ts === ts);
    if (found === undefined) throw new Error('Nothing was posted');
    return found;
  }

  /** What comes of pressing a button that this person is not shown, such as one of a message passed on. */
  async function forged(person: PersonDriver, actionId: string, value: string): Promise<string> {
    const posted = await post([
      {
        type: 'actions',
        elements: [
          { type: 'button', text: { type: 'plain_text', text: 'Forged' }, action_id: actionId, value },
        ],
      },
    ]);
    const shown = messageOf(person, posted);
    return told(person, () => shown.click('Forged'));
  }

  async function modal(person: PersonDriver, title: string): Promise<ModalDriver> {
    return person.waitForModal((each) => each.title === title, 10_000);
  }

  /** What this person alone is told in answer to an act. */
  async function told(person: PersonDriver, act: () => Promise<unknown>): Promise<string> {
    const before = new Set(person.ephemerals().map(({ ts }) => ts));
    await act();
    const answer = await person.waitForEphemeral(({ ts }) => !before.has(ts), 10_000);
    return answer.words;
  }

  async function audited(verb: string) {
    return (await stores.audit.newest(200)).filter((entry) => entry.verb === verb);
  }

  describe('Snooze', () => {
    it('takes a reason and an end, is seen by all, and can be ended early', async () => {
      const shown = await list(omar);
      await shown.choose('Snooze', { in: id('backup') });
      const form = await modal(omar, 'Snooze');
      expect(form.words).toContain('lets one snooze last 30 days at the most');
      expect(await form.submit()).toMatchObject({ result: 'errors' });
      await form.fill({ For: '3 days', Reason: 'Vendor migrates on Monday <!channel>' });
      expect((await form.submit()).result).toBe('updated');
      const view = await modal(omar, 'Access key');
      expect(view.words).toContain('Snoozed until');
      await view.close('x');
      const again = await list(vera, 'snoozed');
      expect(again.words).toContain(`*backup* · \`${id('backup')}\``);
      await again.choose('Details', { in: id('backup') });
      const hers = await modal(vera, 'Access key');
      expect(hers.words).toContain(`by <@${PEOPLE.operator}>`);
      expect(hers.words).toContain('Vendor migrates on Monday &lt;!channel&gt;');
      expect(hers.words).toMatch(/snoozed until .*Vendor migrates/);
      expect(hers.buttons).not.toContain('End snooze');
      await hers.close('x');
      await shown.choose('Details', { in: id('backup') });
      const mine = await modal(omar, 'Access key');
      await mine.click('End snooze', { confirm: true });
      await omar.waitForModal((each) => each.words.includes('The snooze was ended'), 10_000);
      expect(mine.words).toContain('snooze ended early');
      expect(await stores.inventory.snoozes.running(id('backup'), Date.now())).toBeNull();
      expect(await audited('key.snooze')).toMatchObject([{ why: 'Vendor migrates on Monday <!channel>' }]);
      expect(await audited('key.end_snooze')).toHaveLength(1);
    });

    it('is not ended by the button of an earlier one', async () => {
      const snoozed = async (person: PersonDriver, reason: string) => {
        await (await row(person, 'backup')).click('Snooze');
        const form = await modal(person, 'Snooze');
        await form.fill({ Reason: reason });
        expect((await form.submit()).result).toBe('updated');
        await person.modal()?.close('x');
      };
      await snoozed(omar, 'First');
      await (await row(ada, 'backup')).click('Details');
      const old = await modal(ada, 'Access key');
      await (await row(omar, 'backup')).click('Details');
      await (await modal(omar, 'Access key')).click('End snooze', { confirm: true });
      await omar.waitForModal((each) => each.words.includes('The snooze was ended'), 10_000);
      await omar.modal()?.close('x');
      await snoozed(omar, 'Second');
      await old.click('End snooze', { confirm: true });
      await ada.waitForModal(({ words }) => words.includes('which you have not seen, runs now'), 10_000);
      expect(old.words).toMatch(/\*Snoozed\* until .*Second/);
      const running = await stores.inventory.snoozes.running(id('backup'), Date.now());
      expect(running).toMatchObject({ reason: 'Second', endedAt: null });
      await ada.modal()?.close('x');
    });

    it('keeps to the limit of the policy, and says so at the field', async () => {
      await (await list(omar)).choose('Snooze', { in: id('old-job') });
      const form = await modal(omar, 'Snooze');
      expect(form.field('For').element['options']).toHaveLength(5);
      const far = new Date(Date.now() + 40 * DAY).toISOString().slice(0, 10);
      await form.fill({ 'Or until the morning of': far, Reason: 'Later' });
      const refused = await form.submit();
      expect(refused.errors['Or until the morning of']).toContain('30 days at the most');
      await form.fill({ 'Or until the morning of': '2020-01-01' });
      expect((await form.submit()).errors['Or until the morning of']).toContain('over already');
      const near = new Date(Date.now() + 5 * DAY).toISOString().slice(0, 10);
      await form.fill({ 'Or until the morning of': near });
      expect((await form.submit()).result).toBe('updated');
      const running = await stores.inventory.snoozes.running(id('old-job'), Date.now());
      // Nine in the morning in Berlin, where the stand-in's people are.
      expect(new Date(running?.until ?? 0).toISOString()).toMatch(new RegExp(`^${near}T0[78]:00`));
    });

    it('takes one of two people at the same moment', async () => {
      await (await row(ada, 'fresh')).click('Snooze');
      await (await row(omar, 'fresh')).click('Snooze');
      const forms = [await modal(ada, 'Snooze'), await modal(omar, 'Snooze')];
      for (const form of forms) await form.fill({ Reason: 'At once' });
      await Promise.all(forms.map((form) => form.submit()));
      expect(await stores.inventory.snoozes.runningOf([id('fresh')], Date.now())).toHaveLength(1);
    });

    it('acts once for two clicks, and refuses over a snooze that was not seen', async () => {
      const first = await row(ada, 'never-ever');
      await first.click('Snooze');
      await (await row(omar, 'never-ever')).click('Snooze');
      const [mine, his] = [await modal(ada, 'Snooze'), await modal(omar, 'Snooze')];
      for (const form of [mine, his]) await form.fill({ Reason: 'Being moved' });
      const clicks = await Promise.all([mine.submit(), mine.submit()]);
      expect(clicks.map(({ result }) => result)).toContain('updated');
      // The window has changed by the time the second click is refused at its field, which Slack does not show.
      expect(scene.slack.defects.filter(({ what }) => what !== 'errors for no input block')).toEqual([]);
      scene.slack.defects.length = 0;
      const late = await his.submit();
      expect(late.errors['Reason']).toContain('Somebody snoozed this key');
      expect(
        await audited('key.snooze').then((all) =>
          all.filter(({ entityId }) => entityId === id('never-ever')),
        ),
      ).toHaveLength(1);
    });
  });

  describe('who may', () => {
    it('look: viewers and up, and owners of that key', async () => {
      for (const person of [ada, omar, vera]) {
        await (await row(person, 'backup')).click('Details');
        await (await modal(person, 'Access key')).close('x');
      }
      for (const person of [ada, omar]) {
        await (await row(person, 'backup')).click('Rotate');
        await (await modal(person, 'Rotate')).close('x');
      }
      const refused = await row(vera, 'backup');
      expect(await told(vera, () => refused.click('Rotate'))).toContain('takes the role operator');
      await (await row(nora, 'deploy-shop')).click('Details');
      const own = await modal(nora, 'Access key');
      expect(own.buttons).toEqual(['Rotate', 'Snooze']);
      await own.close('x');
      const other = await row(nora, 'backup');
      expect(await told(nora, () => other.click('Details'))).toContain(
        'You may not look at access keys of others',
      );
      expect(await told(nora, () => nora.slash('/aws-keys'))).toContain('takes the role viewer');
    });

    it('snooze: operators, and owners of that key without a role', async () => {
      const other = await row(vera, 'backup');
      expect(await told(vera, () => other.click('Snooze'))).toContain(
        'You may not snooze access keys of others',
      );
      await (await row(vera, 'fresh')).click('Snooze');
      await (await modal(vera, 'Snooze')).close('x');
      await (await row(nora, 'deploy-shop')).click('Snooze');
      const form = await modal(nora, 'Snooze');
      await form.fill({ Reason: 'I am on it' });
      expect((await form.submit()).result).toBe('updated');
      await (await row(nora, 'deploy-shop')).click('Snooze');
      const again = await modal(nora, 'Snooze');
      expect(again.words).toContain('Snoozed already');
      await again.click('End snooze', { confirm: true });
      await nora.waitForModal((each) => each.words.includes('The snooze was ended'), 10_000);
    });

    it.each([
      ['guest', PEOPLE.guest, 'not available to guests'],
      ['stranger', PEOPLE.stranger, 'only for members'],
    ])('nothing: a %s', async (_, userId, words) => {
      const person = scene.slack.as(userId);
      expect(await told(person, () => person.slash('/aws-keys'))).toContain(words);
      scene.slack.world.channels.get(CHANNELS.alerts)?.members.add(userId);
      for (const label of ['Details', 'Rotate', 'Snooze']) {
        const shown = await row(person, 'backup');
        expect(await told(person, () => shown.click(label))).toContain(words);
      }
      expect(person.modal()).toBeUndefined();
    });

    it('set kind, owners and limits: admins', async () => {
      for (const person of [omar, vera]) {
        await (await row(person, 'backup')).click('Details');
        const view = await modal(person, 'Access key');
        expect(view.buttons).not.toContain('Kind, owners, limits');
        await view.close('x');
      }
      expect(await forged(vera, 'key.choose', id('backup'))).toContain('takes the role admin');
      expect(await forged(omar, 'key.choose', id('backup'))).toContain('takes the role admin');
    });

    it('sweep: operators; viewers are shown no button, and refused', async () => {
      const hers = await list(vera);
      expect(hers.buttons).toEqual(['Next', 'Refresh', 'Export CSV']);
      expect(await forged(vera, 'keys.sweep', 'x')).toContain('takes the role operator');
      for (const name of ['keys.next', 'keys.export', 'keys.refresh']) {
        expect(await forged(nora, name, 'x')).toContain('takes the role viewer');
        expect(await forged(vera, name, 'x')).toContain('from an older version of Rekey');
      }
    });
  });

  describe('kind, owners and limits of one key', () => {
    it('are set by an admin, judged at once, kept in the history, and left to tags again', async () => {
      await (await list(ada)).choose('Details', { in: id('backup') });
      const view = await modal(ada, 'Access key');
      await view.click('Kind, owners, limits');
      const form = await modal(ada, 'Kind, owners, limits');
      await form.fill({ 'Maximum age, days': '0' });
      expect((await form.submit()).errors['Maximum age, days']).toContain('from 1 to 3650');
      await form.fill({
        'Maximum age, days': '30',
        'Owners: people': [PEOPLE.nobody],
        Kind: 'Managed elsewhere',
      });
      expect((await form.submit()).result).toBe('closed');
      await ada.waitForModal((each) => each.words.includes('Saved.'), 10_000);
      for (const words of [
        'managed elsewhere (set in Slack)',
        `<@${PEOPLE.nobody}> (set in Slack)`,
        '50 days over its maximum age',
        'a new key after 30 days (this key’s own)',
        'kind set to managed elsewhere',
        `owners set: <@${PEOPLE.nobody}>`,
        'own limits set: maximum age 30 days',
      ]) {
        expect(view.words).toContain(words);
      }
      await view.click('Kind, owners, limits');
      const again = await modal(ada, 'Kind, owners, limits');
      expect(again.field('Maximum age, days').value).toBe('30');
      await again.fill({
        'Maximum age, days': null,
        'Owners: people': [],
        Kind: 'By tag, or by the look of it',
      });
      expect((await again.submit()).result).toBe('closed');
      await ada.waitForModal((each) => each.words.includes('kind left to tags again'), 10_000);
      expect(await audited('key.choose')).toHaveLength(2);
    });

    it('are not saved over a change that was not seen', async () => {
      await (await list(ada)).choose('Details', { in: id('ci-runner') });
      const view = await modal(ada, 'Access key');
      await view.click('Kind, owners, limits');
      const form = await modal(ada, 'Kind, owners, limits');
      const kept = { accountId: keys.account.id, owners: null, policy: null, updatedBy: 'U1', updatedAt: 1 };
      await stores.atomically([
        stores.inventory.keyChoices.insert({
          ...kept,
          accessKeyId: id('ci-runner'),
          kind: 'decoy',
          version: 1,
        }),
      ]);
      await form.fill({ Kind: 'Ordinary' });
      expect((await form.submit()).errors['Kind']).toContain('Somebody changed this key');
      expect((await stores.inventory.keyChoices.byKey(id('ci-runner')))?.kind).toBe('decoy');
    });
  });

  it('refuses buttons of a key that is gone', async () => {
    const shown = await list(omar);
    const button = await row(omar, 'retired');
    const key = await stores.inventory.keys.byId(id('retired'));
    if (key === null) throw new Error('The key is not known');
    await stores.atomically([stores.inventory.keys.put([{ ...key, goneAt: Date.now() }])]);
    for (const label of ['Rotate', 'Snooze']) {
      expect(await told(omar, () => button.click(label))).toContain('no longer exists in AWS');
    }
    await shown.choose('Details', { in: id('retired') });
    const view = await modal(omar, 'Access key');
    expect(view.words).toContain('no longer found it');
    expect(view.buttons).toEqual([]);
    await view.close('x');
    const fresh = await list(omar);
    expect(fresh.words).not.toContain(id('retired'));
    await stores.atomically([stores.inventory.keys.put([key])]);
  });

  describe('Export CSV', () => {
    const filesOf = (person: PersonDriver) => person.messages().filter(({ files }) => files.length > 0);

    it('comes as one file to the asker alone, once for two clicks, and is on the record', async () => {
      const before = filesOf(vera).length;
      const shown = await list(vera, 'status:active');
      const state = (): number => vera.ephemerals().length;
      const [, more] = [await Promise.all([shown.click('Export CSV'), shown.click('Export CSV')]), state()];
      expect(more).toBeGreaterThan(0);
      await vera.waitForMessage(() => filesOf(vera).length > before, { timeoutMs: 10_000 });
      const [file] = filesOf(vera).at(-1)?.files ?? [];
      const text = scene.slack.fileText(file?.id ?? '');
      const lines = text.trimEnd().split('\r\n');
      expect(lines).toHaveLength(9);
      expect(lines[0]).toMatch(/^account_id,account_name,user_name/);
      expect(lines[1]).toContain(`222233334444,Shop,deploy-shop`);
      expect(vera.messages().at(-2)?.words).toContain('Your export of 8 access keys');
      expect(vera.messages().at(-2)?.words).toContain('status Active');
      expect(vera.messages().at(-2)?.words).toContain('Shop: read');
      await expect.poll(() => audited('key.export').then((all) => all.length)).toBe(2);
      expect((await audited('key.export')).map(({ phase }) => phase).toSorted()).toEqual([
        'intent',
        'outcome',
      ]);
      expect(filesOf(vera)).toHaveLength(before + 1);
      expect(ada.messages().flatMap(({ files }) => files)).toEqual([]);
    });

    it('comes in pages where the app may send no files', async () => {
      scene.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read'] });
      await (await list(omar)).click('Export CSV');
      const head = await omar.waitForMessage((each) => each.words.includes('It comes in pages'), {
        timeoutMs: 15_000,
      });
      expect(head.words).toContain('Your export of 9 access keys');
      const page = await omar.waitForMessage((each) => each.words.includes('Access keys as CSV, 1 of 1'), {
        timeoutMs: 15_000,
      });
      expect(page.words.split('\n').filter((line) => line.includes('222233334444,Shop,'))).toHaveLength(9);
      scene.slack.changeBotToken({
        scopes: ['commands', 'chat:write', 'users:read', 'usergroups:read', 'files:write'],
      });
    });

    it('falls back to pages when an upload fails', async () => {
      scene.slack.faults.add('files.completeUploadExternal', { kind: 'http', status: 503 });
      await (await list(ada, 'user:fresh')).click('Export CSV');
      await ada.waitForMessage((each) => each.words.includes('Access keys as CSV, 1 of 1'), {
        timeoutMs: 15_000,
      });
    });
  });

  it('Sweep now has the accounts of the list read, once for two clicks', async () => {
    const shown = await list(omar, 'account:shop');
    await Promise.all([shown.click('Sweep now'), shown.click('Sweep now')]);
    await expect
      .poll(() => shown.words)
      .toMatch(/Rekey now reads the keys of \*Shop\* from AWS|is under way already/);
    // The second click comes while the first is at work, or when its sweep has begun.
    const second = (): string => [shown, ...omar.ephemerals()].map(({ words }) => words).join('\n');
    await expect.poll(second).toMatch(/Already done by you\.|is under way already/);
    expect(await audited('key.sweep')).toMatchObject([
      { entityId: keys.account.id, doer: { userId: PEOPLE.operator } },
    ]);
  });
});
