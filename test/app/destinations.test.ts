import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../sandbox/aws/accounts/account.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import { known } from '../../src/domain/known.ts';
import { boundDestinations } from '../../src/handlers/destinations/bound.ts';
import { rotation } from '../db/rotation-samples.ts';
import { addAdmins } from '../support/acting.ts';
import {
  bind,
  bindingOf,
  BOSS,
  closeAll,
  destinationsOf,
  makeWebhook,
  newPlace,
  openPlaceOf,
  setPlaces,
  windowOf,
} from '../support/places.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const ALERTS = 'C0KEYS';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('destinations over %s on %s', (transport, engine) => {
  let scene: Scene;
  let stores: OpenStores;
  let account: Account;
  let ada: PersonDriver;
  let bela: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    const [second] = addAdmins(scene, 1);
    if (second === undefined) throw new Error('Nobody was added');
    bela = second;
    scene.slack.addChannel({ id: ALERTS, name: 'key-alerts', members: [PEOPLE.admin, bela.id] });
    await scene.start({ REKEY_ALERT_CHANNEL: ALERTS, REKEY_PRIVATE_WEBHOOKS: '127.0.0.1' });
    ada = scene.slack.as(PEOPLE.admin);
    account = await setPlaces(scene, ada);
    stores = await scene.stores();
  }, 120_000);

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    await closeAll(ada);
    await closeAll(bela);
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  async function audited(verb: string) {
    return (await stores.audit.newest(200)).filter((entry) => entry.verb === verb);
  }

  async function asked(name: string) {
    return bela.waitForMessage(
      (each) => each.words.includes(name) && each.words.includes('A second admin must approve'),
      { channel: ALERTS, timeoutMs: 15_000 },
    );
  }

  async function review(person: PersonDriver, name: string) {
    await (await openPlaceOf(person, name)).click('Review');
    return windowOf(person, 'Approve delivery');
  }

  it('are made step by step, with errors at the fields', async () => {
    const form = await newPlace(ada, 'AWS Secrets Manager');
    await form.fill({
      Name: 'Shop secret',
      Connection: 'Writer',
      'Secret: name or ARN': 'prod/shop',
      Region: 'Frankfurt',
    });
    const first = (await form.submit()).errors;
    expect(first['Secret: name or ARN']).toContain('begins with rekey/');
    expect(first['Region']).toContain('eu-central-1');
    const arn = 'arn:aws:secretsmanager:eu-central-1:999999999999:secret:rekey/shop/deploy-AbC123';
    await form.fill({ 'Secret: name or ARN': arn, Region: '' });
    expect((await form.submit()).errors['Connection']).toContain('The ARN is of account 999999999999');
    await form.fill({ 'Secret: name or ARN': 'rekey/shop/deploy', Region: 'cn-north-1' });
    expect((await form.submit()).errors['Region']).toContain('partition aws');
    await form.fill({ 'Secret: name or ARN': arn.replace('999999999999', account.id), Region: '' });
    expect((await form.submit()).result).toBe('closed');
    const made = await windowOf(ada, 'Destination', 'was made');
    expect(made.words).toContain('secret rekey/shop/deploy in eu-central-1, the fields AWS_ACCESS_KEY_ID');
    expect(made.words).toContain('Not bound to anybody yet');
    await made.click('Back');
    const list = await windowOf(ada, 'Destinations', 'Shop secret');
    expect(list.words).toContain('AWS Secrets Manager by Writer');
    await closeAll(ada);
    const again = await newPlace(ada, 'AWS Secrets Manager');
    await again.fill({
      Name: ' SHOP  secret',
      Connection: 'Writer',
      'Secret: name or ARN': 'rekey/x',
      Region: 'eu-central-1',
    });
    expect((await again.submit()).errors['Name']).toContain('already');
    expect(await audited('destination.make')).toHaveLength(1);
  });

  it('may take the keys of an ordinary user at once, and say so after a check', async () => {
    const place = await openPlaceOf(ada, 'Shop secret');
    const bound = await bind(ada, place, ['deploy-shop']);
    expect(bound.words).toContain('Their keys may go there now.');
    expect(bound.words).toContain('*deploy-shop* of Shop');
    const kept = await bindingOf(stores, 'deploy-shop', 'Shop secret');
    expect(kept).toMatchObject({ administrator: { known: true, value: false }, noticeId: null });
    const user = { accountId: account.id, userId: kept?.userId ?? '' };
    expect(await boundDestinations({ stores }, user, known(false, 1))).toMatchObject([{ refusal: null }]);
    await bound.click('Check');
    const checked = await windowOf(ada, 'Destination', '*Checked*');
    expect(checked.words).toContain('*deploy-shop*: its key can be delivered.');
    expect(await audited('destination.check')).toHaveLength(1);
    await checked.click('Bind users');
    const again = await windowOf(ada, 'Bind users', 'Whose new access keys');
    await again.field('IAM users').pick('deploy', 'deploy-shop · Shop');
    expect((await again.submit()).errors['IAM users']).toContain('bound to it already');
  });

  it('take a second admin for an administrator, who sees exactly what is approved', async () => {
    const place = await openPlaceOf(ada, 'Shop secret');
    const bound = await bind(ada, place, [BOSS]);
    expect(bound.words).toContain('*waits for a second admin*, because boss has administrator rights');
    expect(bound.words).toContain(`May approve: <@${bela.id}>`);
    const notice = await asked('Shop secret');
    expect(notice.words).toContain(`<@${PEOPLE.admin}> bound it.`);
    expect(notice.words).toContain(`arn:aws:iam::${account.id}:user/people/boss`);
    expect(notice.words).toContain('secret rekey/shop/deploy in eu-central-1');
    await closeAll(ada);

    // Not by who bound it.
    const own = scene.slack
      .as(PEOPLE.admin)
      .messages(ALERTS)
      .find(({ ts }) => ts === notice.ts);
    await own?.click('Review');
    const refused = await windowOf(ada, 'Approve delivery');
    expect(refused.words).toContain('Somebody else must approve this');
    expect(refused.submitLabel).toBeUndefined();

    await notice.click('Review');
    const window = await windowOf(bela, 'Approve delivery');
    expect(window.words).toContain('Writer');
    expect(window.words).toContain(`arn:aws:iam::${account.id}:user/people/boss`);
    expect((await window.submit()).result).toBe('updated');
    await windowOf(bela, 'Approved', '*boss*');
    await expect.poll(() => notice.words, { timeout: 10_000 }).toContain(`*approved* by <@${bela.id}>`);
    expect(notice.buttons).toEqual([]);
    expect(await bindingOf(stores, BOSS, 'Shop secret')).toMatchObject({ approvedBy: bela.id });
    const [entry] = await audited('destination.approve');
    expect(entry).toMatchObject({ outcome: 'done', doer: { userId: bela.id }, detail: { user: BOSS } });
  });

  it('need their approvals again when they are changed, and none of an outdated version', async () => {
    const change = async (value: string) => {
      await (await openPlaceOf(ada, 'Shop secret')).click('Change');
      const form = await windowOf(ada, 'Change destination');
      await form.fill({ 'Secret: name or ARN': value });
      expect((await form.submit()).result).toBe('closed');
      await windowOf(ada, 'Destination', 'Saved.');
      await closeAll(ada);
    };
    await change('rekey/shop/other');
    const notice = await asked('rekey/shop/other');
    expect(notice.words).toContain('changed it');
    const user = {
      accountId: account.id,
      userId: (await bindingOf(stores, BOSS, 'Shop secret'))?.userId ?? '',
    };
    const [lapsed] = await boundDestinations({ stores }, user, known(true, 1));
    expect(lapsed?.refusal).toContain('It was changed after it was approved.');
    await notice.click('Review');
    const outdated = await windowOf(bela, 'Approve delivery', 'rekey/shop/other');
    await change('rekey/shop/third');
    await outdated.submit();
    await windowOf(bela, 'Not done', 'was changed');
    expect((await bindingOf(stores, BOSS, 'Shop secret'))?.destinationVersion).toBe(1);
    await closeAll(bela);
    await expect.poll(() => notice.words, { timeout: 10_000 }).toContain('a newer message asks');
    const current = await review(bela, 'Shop secret');
    expect((await current.submit()).result).toBe('closed');
    await windowOf(bela, 'Destination', 'Approved for');
    expect(await boundDestinations({ stores }, user, known(true, 1))).toMatchObject([{ refusal: null }]);
  });

  it('that are webhooks take a second admin whoever the user, and show no token to a channel', async () => {
    const form = await newPlace(ada, 'Webhook');
    await form.fill({ Name: 'Hook', Address: 'https://10.0.0.7/in/tok-5ecret' });
    expect((await form.submit()).errors['Address']).toContain('private or special address');
    await form.fill({ Address: 'http://example.com/in' });
    expect((await form.submit()).errors['Address']).toContain('https://');
    await closeAll(ada);
    const place = await makeWebhook(ada, 'Hook', 'http://127.0.0.1:9/in/tok-5ecret');
    const bound = await bind(ada, place, ['backup']);
    expect(bound.words).toContain('because it is a webhook');
    const notice = await asked('Hook');
    expect(notice.words).toContain('webhook at 127.0.0.1:9');
    const posted = scene.slack.received.filter(({ method }) => method.startsWith('chat.'));
    expect(JSON.stringify(posted)).not.toContain('tok-5ecret');
    await notice.click('Review');
    const window = await windowOf(bela, 'Approve delivery');
    expect(window.words).toContain('http://127.0.0.1:9/in/tok-5ecret');
    await window.fill({ 'Why not': 'Not <!channel> ours' });
    await window.click('Refuse', { confirm: true });
    await windowOf(bela, 'Refused', '*backup*');
    await expect.poll(() => notice.words, { timeout: 10_000 }).toContain(`*refused* by <@${bela.id}>`);
    const told = await ada.waitForMessage((each) => each.words.includes('refused that keys of backup'), {
      timeoutMs: 10_000,
    });
    expect(told.words).toContain('They wrote: Not &lt;!channel&gt; ours');
    expect(await bindingOf(stores, 'backup', 'Hook')).toBeNull();
    expect(JSON.stringify(await stores.audit.newest(300))).not.toContain('tok-5ecret');
    expect(scene.logLines.join('')).not.toContain('tok-5ecret');
  });

  it('are decided once by two at the same instant', async () => {
    const place = await openPlaceOf(ada, 'Hook');
    await bind(ada, place, ['old-job']);
    const carol = scene.slack.as(PEOPLE.operator);
    await stores.atomically([
      stores.roleGrants.insert({
        id: `g-${transport}`,
        subjectKind: 'user',
        subjectId: PEOPLE.operator,
        role: 'admin',
        grantedBy: PEOPLE.admin,
        grantedAt: 1,
      }),
    ]);
    const before = (await audited('destination.approve')).length;
    const windows = await Promise.all([review(bela, 'Hook'), review(carol, 'Hook')]);
    const sent = await Promise.all(windows.map((each) => each.submit()));
    expect(sent.filter(({ result }) => result === 'closed')).toHaveLength(1);
    const lost = sent.flatMap(({ errors }) => Object.values(errors)).join();
    expect(lost).toMatch(/approved already|changed|Already done|somebody/i);
    expect(await audited('destination.approve')).toHaveLength(before + 1);
    await closeAll(carol);
    await stores.atomically([stores.roleGrants.remove(`g-${transport}`)]);
  });

  it('stay while a rotation delivers there, and go with their users only when that is said', async () => {
    const binding = await bindingOf(stores, 'old-job', 'Hook');
    const destinationId = binding?.destinationId ?? '';
    const { snapshot } = rotation({ id: 'r1' });
    const open = rotation({
      id: 'r1',
      accountId: account.id,
      snapshot: { ...snapshot, userId: binding?.userId ?? '', userName: 'old-job' },
      deliveries: [
        {
          destinationId,
          state: 'held',
          attempts: 1,
          before: null,
          lastError: null,
          at: 1,
          hook: 'none',
          hookAttempts: 0,
        },
      ],
      state: 'cutover',
      nextAt: null,
    });
    await stores.atomically([stores.rotation.rotations.insert(open)]);
    const place = await openPlaceOf(ada, 'Hook');
    await place.click('Unbind', { in: 'old-job', confirm: true });
    expect((await windowOf(ada, 'Not done')).words).toContain('A rotation of old-job delivers there');
    await ada.modal()?.close();
    await place.click('Change');
    const form = await windowOf(ada, 'Change destination');
    await form.fill({ Address: 'http://127.0.0.1:9/elsewhere' });
    expect(Object.values((await form.submit()).errors).join()).toContain('has delivered there');
    await form.close();
    await place.click('Remove');
    const remove = await windowOf(ada, 'Remove destination');
    expect((await remove.submit()).errors['Bound users']).toContain('1 user');
    await remove.fill({ 'Bound users': ['Unbind 1 user too'] });
    await remove.submit();
    await windowOf(ada, 'Not done', 'delivers there');
    await stores.atomically([
      stores.rotation.rotations.update({ ...open, state: 'done', endedAt: 9, version: open.version + 1 }),
    ]);
    await closeAll(ada);
    await (await openPlaceOf(ada, 'Hook')).click('Remove');
    const again = await windowOf(ada, 'Remove destination');
    await again.fill({ 'Bound users': ['Unbind 1 user too'] });
    expect((await again.submit()).result).toBe('closed');
    await windowOf(ada, 'Destinations', 'was removed');
    expect(await stores.rotation.bindings.ofDestination(destinationId)).toEqual([]);
  });

  it('take hostile names for names', async () => {
    const name = '<!channel> *x* \u202e`evil` <@U0EVIL>';
    const form = await newPlace(ada, 'SSM Parameter Store');
    await form.fill({
      Name: name,
      Connection: 'Writer',
      'Parameter: name or ARN': `/rekey/${'x'.repeat(2_000)}`,
      Region: 'eu-central-1',
    });
    expect((await form.submit()).errors['Parameter: name or ARN']).toContain('at most 1,011');
    await form.fill({ 'Parameter: name or ARN': '/rekey/<!channel>' });
    expect((await form.submit()).errors['Parameter: name or ARN']).toContain('letters, digits');
    await form.fill({ 'Parameter: name or ARN': '/rekey/shop' });
    expect((await form.submit()).result).toBe('closed');
    const place = await windowOf(ada, 'Destination', 'was made');
    expect(place.words).not.toContain('\u202e');
    const bound = await bind(ada, place, [BOSS]);
    expect(bound.words).not.toContain('\u202e');
    const notice = await asked('/rekey/shop');
    expect(notice.words).not.toMatch(/<!channel>|<@U0EVIL>|\u202e/);
  });

  it('show the keys for webhooks, which turn and retire once', async () => {
    await (await destinationsOf(ada)).click('Keys for webhooks');
    const window = await windowOf(ada, 'Keys for webhooks');
    expect(window.words.match(/whpk_/g)).toHaveLength(1);
    await (await destinationsOf(bela)).click('Keys for webhooks');
    const other = await windowOf(bela, 'Keys for webhooks');
    await window.click('Turn the key', { confirm: true });
    await windowOf(ada, 'Keys for webhooks', 'A new key was made');
    expect(window.words.match(/whpk_/g)).toHaveLength(2);
    await other.click('Turn the key', { confirm: true });
    await windowOf(bela, 'Keys for webhooks', 'A change of the key is under way');
    expect(other.words.match(/whpk_/g)).toHaveLength(2);
    await window.click('Retire the old key', { confirm: true });
    await windowOf(ada, 'Keys for webhooks', 'Only the new one signs now');
    expect(window.words.match(/whpk_/g)).toHaveLength(1);
  });
});
