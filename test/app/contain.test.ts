import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { CONFIRM_READS } from '../../src/domain/containment.ts';
import { connectKey, freshUser, grantRole, sendUndo, standingInIam, victimOf } from '../support/acting.ts';
import { hostCommand } from '../support/host-command.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const CONFIRMED = 'IAM confirms Inactive and the deny (3 reads in a row)';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('a stolen key over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;
  let vera: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    [ada, vera] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.viewer)];
    await grantRole(scene, PEOPLE.viewer, 'viewer');
    const { key } = freshUser(scene, 'guard', ['verify', 'contain']);
    await (await connectKey(ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  const victim = (name: string) => victimOf(scene, name);

  const rekey = (...args: string[]) => hostCommand(scene, ...args);

  const message = (person: PersonDriver, ...words: string[]) =>
    person.waitForMessage(
      (each) => words.every((word) => each.words.includes(word)) && each.buttons.length > 0,
      {
        channel: CHANNELS.alerts,
        timeoutMs: LONG,
      },
    );

  it(
    'is shut off from a pasted text at the first frame, told by one message, and given back',
    async () => {
      const { user, key } = victim('mallory');
      // Facts take their time; nobody waits for them.
      const slow = scene.aws.faults.add({
        action: 'GetAccessKeyLastUsed',
        effect: { kind: 'latency', ms: 1_500 },
      });
      await ada.slash(`/aws-deactivate found "${key.accessKeyId}", on a paste site`);
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      expect(form.words).toContain('You need not wait for it');
      await form.fill({ Reason: 'on a paste site' });
      expect((await form.submit()).result).toBe('updated');
      const done = await ada.waitForModal(
        (modal) => modal.title === 'Containment' && modal.words.includes(CONFIRMED),
        LONG,
      );
      slow.remove();
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });
      expect(done.buttons).toEqual(['Undo', 'Recover', 'Stop holding', 'Evidence']);
      await done.close();

      const card = await message(ada, 'mallory', CONFIRMED);
      expect(card.words).toContain('not yet proven');
      expect(card.words).toContain('on a paste site');
      expect(card.words).toContain('Held until');
      expect(card.buttons).toEqual(['Undo', 'Recover', 'Stop holding', 'Evidence']);

      // Somebody undoes it: the thread says so, and it comes back.
      user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
      await ada.waitForMessage(
        ({ words }) => words.includes('took the deny off the user: it is being put back'),
        {
          channel: CHANNELS.alerts,
          timeoutMs: LONG,
        },
      );
      await expect.poll(() => standingInIam(user).denied, { timeout: LONG }).toBe(true);

      // Rights are asked for at each click, and the attempt is on record.
      const seen = await message(vera, 'mallory', 'Held until');
      await seen.click('Undo');
      const refused = await vera.waitForModal((modal) => modal.title === 'Not done').catch(() => null);
      const said =
        refused?.words ?? (await vera.waitForEphemeral(({ words }) => words.includes('may not'))).words;
      expect(said).toContain('that takes the role responder');
      expect(said).toContain(`<@${PEOPLE.admin}>`);
      await vera.slash(`/aws-deactivate ${key.accessKeyId}`);
      const stores = await scene.stores();
      await expect
        .poll(
          async () => (await stores.audit.newest(50)).filter(({ outcome }) => outcome === 'refused').length,
        )
        .toBe(2);
      await stores.close();

      await (await message(ada, 'mallory', 'Held until')).click('Undo');
      const undo = await ada.waitForModal((modal) => modal.title === 'Undo');
      expect((await undo.submit()).result).toBe('errors');
      await undo.fill({ Reason: 'it was the auditor' });
      await undo.submit();
      await (
        await ada.waitForModal(
          (modal) => modal.title === 'Containment' && modal.words.includes('Taken back'),
          LONG,
        )
      ).close();
      expect(standingInIam(user)).toEqual({ keys: ['Active'], denied: false });
      const over = await ada.waitForMessage(
        ({ ts, words }) => ts === card.ts && words.includes('What was before is restored'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      expect(over.buttons).toEqual(['Evidence']);

      // An old copy of the message: nothing is left to take back, and nothing happens.
      for (const button of ['Recover', 'Undo']) {
        await card.click(button, { stale: true });
        const left = await ada.waitForModal((modal) => modal.title === 'Containment', LONG);
        expect(left.words).toContain('Nothing is left to take back here.');
        expect(left.submitLabel).toBeUndefined();
        await left.close();
      }
      await card.click('Stop holding', { stale: true, confirm: true });
      await ada.waitForEphemeral(({ words }) => words.includes('This containment is not held any more'));
      expect(standingInIam(user)).toEqual({ keys: ['Active'], denied: false });
      const kept = await scene.stores();
      const now = (await kept.audit.newest(50)).filter(({ verb }) => verb === 'containment.recover');
      expect(now).toEqual([]);
      await kept.close();
    },
    3 * LONG,
  );

  it(
    'is shut off once by ten rapid clicks, from the list of keys, and recovered',
    async () => {
      const { user, key } = victim('rapid');
      const stores = await scene.stores();
      await ada.slash(`/aws-deactivate ${key.accessKeyId} seen abroad`);
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      const sent = await Promise.allSettled(Array.from({ length: 10 }, () => form.submit()));
      expect(sent.some((each) => each.status === 'fulfilled')).toBe(true);
      await (
        await ada.waitForModal(
          (modal) => modal.title === 'Containment' && modal.words.includes(CONFIRMED),
          LONG,
        )
      ).close();
      const mine = (await stores.containments.open(50)).filter(({ userName }) => userName === 'rapid');
      expect(mine).toHaveLength(1);
      expect(mine[0]?.holders).toHaveLength(1);
      expect(mine[0]?.holders[0]?.reason).toBe('seen abroad');

      await ada.slash(`/aws-deactivate ${key.accessKeyId}`);
      const again = await ada.waitForModal(
        (modal) => modal.title === 'Deactivate' && modal.words.includes('contained already'),
        LONG,
      );
      await again.submit();
      await (
        await ada.waitForModal(({ words }) => words.includes(`contained already by <@${PEOPLE.admin}>`))
      ).close();

      await ada.slash('/aws-deactivate');
      const list = await ada.waitForEphemeral(({ words }) => words.includes('Contained and held'));
      await list.click('Details', { in: 'rapid' });
      const details = await ada.waitForModal((modal) => modal.title === 'Containment');
      await details.click('Stop holding', { confirm: true });
      await ada.waitForModal((modal) => modal.words.includes('The hold was stopped'));
      await (await ada.waitForModal((modal) => modal.buttons.includes('Recover'))).click('Recover');
      const recover = await ada.waitForModal((modal) => modal.title === 'Recover');
      await recover.fill({ Reason: 'cleaned up' });
      await recover.submit();
      const done = await ada.waitForModal((modal) => modal.words.includes('the key stays Inactive'), LONG);
      expect(done.words).toContain('IAM confirms that sessions issued before the recovery are denied');
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: false });
      expect(user.policies.inlineNames()).toEqual(['RekeyDenySessionsFromBefore']);
      await stores.close();
      await done.close();
    },
    3 * LONG,
  );

  it(
    'is shut off from the host, beside the running Rekey, which tells and holds it',
    async () => {
      const { user, key } = victim('hostile');
      const ended = await rekey('contain', `id=${key.accessKeyId};`, '--reason', 'Slack is down');
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect(ended.out).toContain('Contained and held: hostile');
      expect(ended.out).toContain(CONFIRMED);
      expect(ended.out).toContain('The Rekey that runs on this database holds it');
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });
      const card = await message(ada, 'hostile', CONFIRMED);
      expect(card.words).toContain('Slack is down');
      expect(card.words).toContain('on the host');
      user.keys.get(key.accessKeyId).change('Active', Date.now());
      await expect.poll(() => standingInIam(user).keys, { timeout: LONG }).toEqual(['Inactive']);
      const again = await rekey('contain', key.accessKeyId, '--reason', 'again');
      expect(again).toMatchObject({ code: 0, err: '' });
      expect(again.out).toContain('contained already by');
      expect(again.out).toContain(CONFIRMED);
    },
    3 * LONG,
  );

  it(
    'is not given back from a window that stood open while it was contained again',
    async () => {
      const { user, key } = victim('overtaken');
      await ada.slash(`/aws-deactivate ${key.accessKeyId} seen abroad`);
      await (await ada.waitForModal((modal) => modal.title === 'Deactivate')).submit();
      const held = await ada.waitForModal(
        (modal) => modal.title === 'Containment' && modal.words.includes(CONFIRMED),
        LONG,
      );
      await held.click('Stop holding', { confirm: true });
      const stopped = await ada.waitForModal((modal) => modal.words.includes('The hold was stopped'));
      await stopped.click('Undo');
      const undo = await ada.waitForModal((modal) => modal.title === 'Undo');
      user.keys.get(key.accessKeyId).change('Active', Date.now());
      const again = await rekey('contain', key.accessKeyId, '--reason', 'somebody switched it on');
      expect(again).toMatchObject({ code: 0, err: '' });
      await undo.fill({ Reason: 'false alarm' });
      const { result, errors } = await undo.submit();
      expect(result).toBe('errors');
      expect(errors['Reason']).toMatch(/was contained again, by .* on the host.*open Undo there/);
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });
      const card = await message(ada, 'overtaken', 'asked for again');
      expect(card.words).toContain('somebody switched it on');
      await ada.modal()?.close('x');
      await card.click('Undo');
      await sendUndo(ada, 'false alarm');
      await expect
        .poll(() => standingInIam(user), { timeout: LONG })
        .toEqual({ keys: ['Active'], denied: false });
      await ada.modal()?.close('x');
    },
    3 * LONG,
  );

  it(
    'is shut off, held and put back while Slack takes nothing, and told once when Slack is back',
    async () => {
      const { user, key } = victim('unheard');
      await ada.slash(`/aws-deactivate ${key.accessKeyId} just before Slack goes away`);
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      const stores = await scene.stores();
      scene.slack.faults.add('*', { kind: 'http', status: 503 }, { times: 100_000 });
      // Its acknowledgement is the last that Slack hears.
      expect((await form.submit()).result).toBe('updated');
      await expect
        .poll(() => standingInIam(user), { timeout: LONG })
        .toEqual({ keys: ['Inactive'], denied: true });
      const held = async () =>
        (await stores.containments.open(50)).find(({ userName }) => userName === 'unheard');
      await expect.poll(async () => (await held())?.confirmedAt ?? null, { timeout: LONG }).not.toBeNull();
      user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
      await expect.poll(async () => (await held())?.putBack ?? 0, { timeout: LONG }).toBe(1);
      await expect
        .poll(() => standingInIam(user), { timeout: LONG })
        .toEqual({ keys: ['Inactive'], denied: true });
      expect(await held()).toMatchObject({ state: 'holding' });
      await stores.close();
      const shown = () => ada.messages(CHANNELS.alerts).filter(({ words }) => words.includes('unheard'));
      expect(shown()).toEqual([]);

      scene.slack.faults.clear();
      const card = await message(ada, 'unheard', CONFIRMED);
      expect(card.words).toContain('just before Slack goes away');
      await ada.waitForMessage(
        ({ threadTs, words }) => threadTs === card.ts && words.includes('took the deny off the user'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      expect(shown().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
      await ada.modal()?.close('x');
    },
    3 * LONG,
  );

  it(
    'is shut off from the host while no Rekey runs, held from there if asked, and told by the next that starts',
    async () => {
      await scene.stop();
      const { user, key } = victim('nightly');
      const ended = await rekey('contain', key.accessKeyId, '--reason', 'nobody answers in Slack');
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect(ended.out).toContain(CONFIRMED);
      expect(ended.out).toContain('No Rekey runs on this database: nobody puts back what is undone');
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });

      const planned = victim('planned');
      const off = await rekey('contain', planned.key.accessKeyId, '--planned', '--reason', 'it retires');
      expect(off).toMatchObject({ code: 0, err: '' });
      expect(standingInIam(planned.user)).toEqual({ keys: ['Inactive'], denied: false });

      // Held from the host until somebody stops it, here by the database.
      const guarded = victim('guarded');
      const holding = rekey('contain', guarded.key.accessKeyId, '--hold', '--reason', 'held by hand');
      const stores = await scene.stores();
      const row = async () =>
        (await stores.containments.open(50)).find(({ userName }) => userName === 'guarded');
      await expect.poll(async () => (await row())?.state, { timeout: LONG }).toBe('holding');
      guarded.user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
      await expect.poll(() => standingInIam(guarded.user).denied, { timeout: LONG }).toBe(true);
      // Its end is looked at only when what was put back is confirmed.
      await expect
        .poll(async () => (await row())?.parts.deny.reads ?? 0, { timeout: LONG })
        .toBeGreaterThanOrEqual(CONFIRM_READS);
      await expect
        .poll(
          async () => {
            const now = await row();
            if (now === undefined) return null;
            const over = { ...now, heldUntil: Date.now(), nextAt: Date.now(), version: now.version + 1 };
            await stores.atomically([stores.containments.update(over)]).catch(() => null);
            return now.state;
          },
          { timeout: LONG },
        )
        .toBe('standing');
      expect(await holding).toMatchObject({ code: 0, err: '' });
      await stores.close();

      await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
      const card = await message(ada, 'nightly', CONFIRMED);
      expect(card.words).toContain('nobody answers in Slack');
      expect(card.buttons).toContain('Undo');
      const quiet = await message(ada, 'planned', 'it retires');
      expect(quiet.buttons).toContain('Reactivate');
      // It holds what the command line left to it.
      user.keys.get(key.accessKeyId).change('Active', Date.now());
      await expect.poll(() => standingInIam(user).keys, { timeout: LONG }).toEqual(['Inactive']);
    },
    4 * LONG,
  );

  it.each([
    [2, ['contain'], 'contain takes an access key ID'],
    [2, ['contain', 'nothing here', '--reason', 'x'], 'There is no access key ID in that'],
    [2, ['contain', 'AKIAY34FZKBOKMUTVV7A'], 'contain takes a reason'],
    [
      2,
      ['contain', 'AKIAY34FZKBOKMUTVV7A', '--reason', 'q8Zr+J1vT0uYw/5nXkL2dPbG7mHcSe9RaQfV3ioM'],
      'looks like a secret',
    ],
    [1, ['contain', 'AKIAY34FZKBOKMUTVV7A', '--reason', 'x'], 'Nothing connects to the account of this key'],
  ])('is refused on the host with %i, a line and a hint: %j', async (code, args, words) => {
    const ended = await rekey(...args);
    expect(ended).toMatchObject({ code, out: '' });
    expect(ended.err).toContain(words);
    expect(ended.err).toMatch(/^rekey: .+\nhint: .+\n$/);
    expect(ended.err).not.toContain('q8Zr');
  });

  it(
    'is refused with words where nothing can be done',
    async () => {
      for (const [typed, words] of [
        ['nothing here', 'There is no access key ID in that'],
        ['ASIAY34FZKBOKMUTVV7A', 'temporary key'],
        ['AKIAY34FZKBOKMUTVV7A AKIAQNZGKIQY56JQ7WML', 'There are 2 access key IDs'],
      ] as const) {
        await ada.slash(`/aws-deactivate ${typed}`);
        expect((await ada.waitForEphemeral((each) => each.words.includes(words))).words).toContain(words);
      }
      await ada.slash('/aws-deactivate AKIAY34FZKBOKMUTVV7A');
      const form = await ada.waitForModal(
        (modal) => modal.words.includes('Nothing connects to this account'),
        LONG,
      );
      const refused = await form.submit();
      expect(JSON.stringify(refused)).toContain('Nothing connects to the account of this key');
      await form.close();
      expect(scene.slack.defects).toEqual([]);
    },
    LONG,
  );
});
