import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenStores } from '../../db/open.ts';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import type { KeyScene } from '../support/keys.ts';
import { DAY } from '../support/keys.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';
import { setRotations } from '../support/rotation-scene.ts';

const SECOND_ADMIN = 'U0ADMIN2';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('rotating a key over %s on %s', (transport, engine) => {
  const clock = new MovingClock();
  let scene: Scene;
  let keys: KeyScene;
  let stores: OpenStores;
  let ada: PersonDriver;
  let omar: PersonDriver;
  let vera: PersonDriver;
  let nora: PersonDriver;
  let amy: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    scene.slack.addPerson({ id: SECOND_ADMIN, name: 'amy' });
    await scene.start(
      { REKEY_ADMINS: `${PEOPLE.admin},${SECOND_ADMIN}`, REKEY_ALERT_CHANNEL: CHANNELS.alerts },
      clock,
    );
    ada = scene.slack.as(PEOPLE.admin);
    omar = scene.slack.as(PEOPLE.operator);
    vera = scene.slack.as(PEOPLE.viewer);
    nora = scene.slack.as(PEOPLE.nobody);
    amy = scene.slack.as(SECOND_ADMIN);
    keys = await setRotations(scene);
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
    for (const id of [...Object.values(PEOPLE), SECOND_ADMIN]) await scene.slack.as(id).modal()?.close('x');
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  const id = (name: string): string => keys.ids[name] ?? '';

  /** Opens the confirmation and waits until AWS was asked. */
  async function plan(person: PersonDriver, text: string): Promise<ModalDriver> {
    await person.slash(`/aws-rotate ${text}`);
    return person.waitForModal(
      (each) => each.title === 'Rotate' && !each.words.includes('Asking AWS'),
      30_000,
    );
  }

  async function modal(person: PersonDriver, title: string): Promise<ModalDriver> {
    return person.waitForModal((each) => each.title === title, 10_000);
  }

  /** What somebody reads in answer to an act: in a window, or in private. */
  async function answered(person: PersonDriver, act: () => Promise<unknown>): Promise<string> {
    const before = new Set(person.ephemerals().map(({ ts }) => ts));
    await act();
    const until = Date.now() + 10_000;
    for (;;) {
      const told = person.ephemerals().find(({ ts }) => !before.has(ts));
      const words = told?.words ?? person.modal()?.words ?? '';
      if (/You may not/.test(words)) return words;
      if (Date.now() > until) throw new Error(`No refusal: ${words}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What this person alone is told in answer to an act. */
  async function told(person: PersonDriver, act: () => Promise<unknown>): Promise<string> {
    const before = new Set(person.ephemerals().map(({ ts }) => ts));
    await act();
    return (await person.waitForEphemeral(({ ts }) => !before.has(ts), 10_000)).words;
  }

  async function rotationOf(name: string): Promise<Rotation> {
    const all = await stores.rotation.rotations.page({ state: null, accountId: null, open: null }, null, 50);
    const found = all.find(({ oldKeyId }) => oldKeyId === id(name));
    if (found === undefined) throw new Error(`No rotation of ${name}`);
    return found;
  }

  async function reached(name: string, state: Rotation['state']): Promise<Rotation> {
    const until = Date.now() + 60_000;
    for (;;) {
      const rotation = await rotationOf(name);
      if (rotation.state === state) return rotation;
      if (Date.now() > until) throw new Error(`Not ${state}: ${JSON.stringify(rotation)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The card of this key in the channel, once it says so. */
  async function card(person: PersonDriver, name: string, words: string): Promise<MessageDriver> {
    return person.waitForMessage(
      (message) => [id(name), 'Asked for by', words].every((each) => message.words.includes(each)),
      { channel: CHANNELS.alerts, timeoutMs: 20_000 },
    );
  }

  async function until(test: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 60_000;
    while (!(await test())) {
      if (Date.now() > end) throw new Error('It did not come to be.');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** A message with one button, as one of another time would have it. */
  async function post(actionId: string, value: string): Promise<MessageDriver> {
    const element = {
      type: 'button',
      text: { type: 'plain_text', text: 'Forged' },
      action_id: actionId,
      value,
    };
    const posted = await fetch(`${scene.slack.url}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        channel: CHANNELS.alerts,
        text: 'A row',
        blocks: [{ type: 'actions', elements: [element] }],
      }),
    });
    const { ts } = (await posted.json()) as { ts: string };
    const found = omar.messages(CHANNELS.alerts).find((message) => message.ts === ts);
    if (found === undefined) throw new Error('Nothing was posted');
    return found;
  }

  it('shows what would be done before anything is: users, destinations, times', async () => {
    const shown = await plan(omar, id('deploy'));
    expect(shown.words).toContain('What will happen');
    expect(shown.words).toContain('Secret of deploy');
    expect(shown.words).toContain('Who uses it now');
    expect(shown.words).toContain('never in this history');
    expect(shown.words).toContain(`<#${CHANNELS.alerts}>`);
    await shown.click('Dry run');
    const dry = await omar.waitForModal(
      (each) => each.title === 'Dry run' && each.words.includes('CHANGES'),
      30_000,
    );
    expect(dry.words).toContain('iam:CreateAccessKey');
    expect(dry.words).toContain('Nothing was changed');
    expect(dry.words).toContain('iam:DeleteAccessKey');
    expect(keys.account.users.get('deploy')?.keys.existing()).toHaveLength(1);
    expect(await stores.rotation.rotations.countOpen()).toBe(0);
  });

  it('needs a reason without a secret in it', async () => {
    const shown = await plan(omar, 'deploy');
    expect((await shown.submit()).errors['Reason']).toBeDefined();
    await shown.fill({ Reason: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' });
    expect((await shown.submit()).errors['Reason']).toContain('looks like a secret');
    expect(await stores.rotation.rotations.countOpen()).toBe(0);
  });

  it('says of two keys what each is, and of none that is bound what an admin does', async () => {
    await omar.slash('/aws-rotate ci-runner');
    const which = await modal(omar, 'Which key?');
    expect(which.words).toContain(id('ci-runner'));
    expect(which.words).toContain(id('ci-runner-2'));
    await which.close('x');
    const full = await plan(omar, id('ci-runner'));
    expect(full.words).toContain('cannot be rotated now');
    expect(full.words).toContain(id('ci-runner-2'));
    expect(full.submitLabel).toBeUndefined();
    await full.click('Rotate by hand');
    expect((await modal(omar, 'Rotate by hand')).words).toContain('delete-access-key');
    for (let open = omar.modal(); open !== undefined; open = omar.modal()) await open.close('x');
    const unbound = await plan(omar, id('unbound'));
    expect(unbound.words).toContain('An admin');
    expect(unbound.submitLabel).toBeUndefined();
  });

  it('tells who may when somebody may not', async () => {
    for (const person of [vera, nora]) {
      const words = await answered(person, () => person.slash(`/aws-rotate ${id('unbound')}`));
      expect(words).toContain('takes the role');
      expect(words).toContain(`<@${PEOPLE.admin}>`);
    }
    // An owner sees what would be done; starting it takes the policy's word.
    const own = await plan(vera, id('backup'));
    expect(own.words).toContain('does not let owners start it');
    expect(own.submitLabel).toBeUndefined();
  });

  it('begins once for two clicks, and tells where its message is', async () => {
    const shown = await plan(omar, id('deploy'));
    await shown.fill({ Reason: 'A year old <!channel>' });
    const clicks = await Promise.all([shown.submit(), shown.submit()]);
    expect(clicks.map(({ result }) => result)).toContain('updated');
    scene.slack.defects.splice(0);
    const begun = await modal(omar, 'Rotation');
    expect(begun.words).toContain('The rotation has begun');
    expect(begun.words).toContain(`<#${CHANNELS.alerts}>`);
    const all = await stores.rotation.rotations.page({ state: null, accountId: null, open: null }, null, 9);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ requestedBy: PEOPLE.operator, reason: 'A year old <!channel>' });
    await begun.close('x');
    // The same key again shows the rotation instead of a second plan.
    await ada.slash(`/aws-rotate ${id('deploy')}`);
    expect((await modal(ada, 'Rotation')).words).toContain('This key is being rotated.');
  });

  it('delivers, tells the owner what to take up, and shows who it waits for', async () => {
    const rotation = await reached('deploy', 'quiet');
    const shown = await card(omar, 'deploy', 'Waits until nobody uses the old key');
    expect(shown.words).toContain(rotation.newKeyId ?? 'none');
    expect(shown.words).toContain('*Secret of deploy*: holds the new key');
    expect(shown.words).toMatch(/must be silent for 35 days: not before <!date/);
    expect(shown.words).toContain('A year old &lt;!channel&gt;');
    expect(shown.buttons).toEqual(['Deactivate now…', 'Undo', 'Wait…', 'Snippets', 'Details']);
    const direct = await nora.waitForMessage((each) => each.words.includes('is ready'), {
      timeoutMs: 20_000,
    });
    expect(direct.words).toContain('aws secretsmanager get-secret-value');
    await direct.click('Snippets');
    const snippets = await modal(nora, 'Snippets');
    await snippets.choose('boto3');
    await nora.waitForModal((each) => each.words.includes('import boto3'), 10_000);
    const secrets =
      keys.account.users
        .get('deploy')
        ?.keys.existing()
        .map((key) => key.secretAccessKey) ?? [];
    const seen = JSON.stringify(scene.slack.received);
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
  });

  it('lets an owner wait without a role, and nothing more', async () => {
    const shown = await card(nora, 'deploy', 'Waits until nobody uses');
    const words = await answered(nora, () => shown.click('Undo'));
    expect(words).toContain('takes the role operator');
    await shown.click('Wait…');
    const form = await modal(nora, 'Wait');
    expect((await form.submit()).errors['Reason']).toBeDefined();
    await form.fill({ For: '3 days', Reason: 'Release on Friday' });
    await form.submit();
    expect((await rotationOf('deploy')).wait).toMatchObject({
      by: PEOPLE.nobody,
      reason: 'Release on Friday',
    });
    const held = await card(omar, 'deploy', 'Release on Friday');
    expect(held.buttons).toContain('End wait');
    expect(await told(omar, () => held.click('End wait'))).toContain('The wait was ended');
    expect((await rotationOf('deploy')).wait).toBeNull();
    // While somebody holds it, nobody hurries it.
    expect(held.buttons).not.toContain('Deactivate now…');
    await until(() => held.buttons.includes('Deactivate now…'));
  });

  it('names who will break before somebody hurries it, and reactivates at one click', async () => {
    const shown = await card(omar, 'deploy', 'Waits until nobody uses');
    await shown.click('Deactivate now…');
    const form = await modal(omar, 'Deactivate now?');
    expect(form.words).toContain(id('deploy'));
    expect(form.words).toContain('What stops working');
    await form.submit();
    await reached('deploy', 'deactivated');
    const statusOf = () =>
      keys.account.users
        .get('deploy')
        ?.keys.existing()
        .find(({ accessKeyId }) => accessKeyId === id('deploy'))?.currentStatus;
    await until(() => statusOf() === 'Inactive');
    const stopped = await card(omar, 'deploy', 'The old key is Inactive');
    expect(stopped.buttons).toContain('Reactivate');
    const stale = await stopped.click('Reactivate');
    expect(stale).toBeDefined();
    await until(() => statusOf() === 'Active');
    await reached('deploy', 'quiet');
    const again = await card(omar, 'deploy', 'must be silent for');
    // Drawn again when it works again, although no state began.
    expect(again.buttons).not.toContain('Reactivate');
  });

  it('answers a stale button with how the rotation stands now', async () => {
    const rotation = await rotationOf('deploy');
    const posted = await post('rotation.reactivate', `${rotation.id}:${rotation.stateAt - 1}`);
    expect(await told(omar, () => posted.click('Forged'))).toMatch(/too late[^]*Waits until nobody uses/);
    const later = await post('rotation.approve', `${rotation.id}:${rotation.stateAt - 1}`);
    await later.click('Forged');
    expect((await modal(omar, 'Rotation')).words).toContain('does not exist any more');
  });

  it('asks whether anything broke, soaks, and deletes with a second person’s word alone', async () => {
    const shown = await card(ada, 'deploy', 'must be silent for');
    await shown.click('Deactivate now…');
    await (await modal(ada, 'Deactivate now?')).submit();
    await until(async () => (await rotationOf('deploy')).deactivatedAt !== null);
    clock.forward(11 * 60_000);
    await reached('deploy', 'soaking');
    const question = await nora.waitForMessage((each) => each.words.includes('Anything broken?'), {
      timeoutMs: 20_000,
    });
    await question.click('All is well');
    await nora.waitForMessage((each) => each.words.includes('all is well'), { timeoutMs: 10_000 });
    clock.forward(7 * DAY);
    await reached('deploy', 'blocked');
    const blocked = await card(omar, 'deploy', 'A second person');
    // An operator who asked for it is no admin; an admin may.
    expect(await answered(omar, () => blocked.click('Delete the old key…'))).toContain(
      'not the second person',
    );
    // She may decide, and is asked in a direct message, since she is not in the channel.
    const asked = await amy.waitForMessage((each) => each.words.includes('A second person'), {
      timeoutMs: 20_000,
    });
    await asked.click('Delete the old key…');
    const form = await modal(amy, 'Delete the old key?');
    expect(form.words).toContain('for good');
    await form.submit();
    await reached('deploy', 'done');
    const ids = keys.account.users
      .get('deploy')
      ?.keys.existing()
      .map((key) => key.accessKeyId);
    expect(ids).toEqual([(await rotationOf('deploy')).newKeyId]);
    await card(omar, 'deploy', 'Done: the new key is in place');
    const verbs = (await stores.audit.newest(300)).map(({ verb }) => verb);
    for (const verb of ['hurry', 'reactivate', 'wait', 'end_wait', 'well', 'approve']) {
      expect(verbs).toContain(`rotation.${verb}`);
    }
  });
});
