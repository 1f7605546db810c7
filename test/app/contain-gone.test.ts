import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { CONTAINMENT_RECOVER, CONTAINMENT_UNDO } from '../../src/slack/blocks/containment-buttons.ts';
import { accountOf, addAdmins, connectKey, freshUser, kept } from '../support/acting.ts';
import { rawButton } from '../support/raw-payloads.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;

describe('a containment that has ended since what it contained is gone', () => {
  let scene: Scene;
  let ada: PersonDriver;
  let bea: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    const [other] = addAdmins(scene, 1);
    if (other === undefined) throw new Error('no second admin');
    [ada, bea] = [scene.slack.as(PEOPLE.admin), other];
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const { key } = freshUser(scene, 'guard', ['verify', 'contain', 'inventory']);
    await (await connectKey(ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  it(
    'says so to an old button and to a window that stood open, and changes nothing',
    async () => {
      const user = accountOf(scene).addUser('departed', { attached: ['ReadOnlyAccess'] });
      const { accessKeyId } = user.addKey();
      await ada.slash(`/aws-deactivate ${accessKeyId} seen abroad`);
      await (await ada.waitForModal((modal) => modal.title === 'Deactivate')).submit();
      const held = await ada.waitForModal(
        (modal) =>
          modal.title === 'Containment' && modal.words.includes('IAM confirms Inactive and the deny'),
        LONG,
      );
      await held.click('Stop holding', { confirm: true });
      const stopped = await ada.waitForModal((modal) => modal.words.includes('The hold was stopped'));
      await stopped.click('Undo');
      const undo = await ada.waitForModal((modal) => modal.title === 'Undo');
      await undo.fill({ Reason: 'a false alarm' });
      const stores = await scene.stores();
      const id =
        (await stores.containments.open(9)).find(({ userName }) => userName === 'departed')?.id ?? '';
      user.keys.get(accessKeyId).change('Deleted', Date.now());
      accountOf(scene).removeUser('departed');
      // A new way into the account has what stands there looked at.
      const { key } = freshUser(scene, 'guard-2', ['verify', 'contain', 'inventory']);
      await (await connectKey(bea, 'second', key)).close();
      const over = await ada.waitForMessage(
        (each) => each.threadTs === undefined && each.words.includes('Over: its key and its user are gone'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      expect(over.buttons).toEqual(['Evidence']);

      const sent = await undo.submit();
      expect(sent.result).toBe('errors');
      expect(sent.errors['Reason']).toContain('gone from AWS: nothing is left to take back');
      await ada.modal()?.close('x');
      const changes = scene.aws.requests.length;
      for (const button of [CONTAINMENT_UNDO, CONTAINMENT_RECOVER]) {
        await rawButton({ slack: scene.slack, userId: PEOPLE.admin }, button, id);
        const said = await ada.waitForModal((modal) => modal.title === 'Containment', LONG);
        expect(said.words).toContain('Nothing is left to take back here');
        expect(said.words).toContain('gone from AWS');
        expect(said.buttons).not.toContain('Undo');
        await said.close();
      }
      const made = [...scene.aws.requests].slice(changes).map(({ action }) => action ?? '');
      expect(made.filter((action) => /^(Update|Attach|Detach|Put|Delete)/.test(action))).toEqual([]);
      expect((await stores.containments.byId(id))?.state).toBe('ended');
      await stores.close();
      const undone = (await kept(scene)).audit.filter(({ verb }) => verb === 'containment.undo');
      expect(undone.map(({ outcome }) => outcome)).toEqual(['refused']);
      expect(scene.slack.defects).toEqual([]);
    },
    3 * LONG,
  );
});
