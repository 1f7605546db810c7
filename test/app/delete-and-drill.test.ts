import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { DELETION_APPROVE } from '../../src/slack/blocks/deletion.ts';
import { setKeys, type KeyScene } from '../support/keys.ts';
import { hostCommand } from '../support/host-command.ts';
import { rawAction } from '../support/raw-payloads.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const IN_ALERTS = { channel: CHANNELS.alerts, timeoutMs: LONG } as const;

describe('over http', () => {
  let scene: Scene;
  let keys: KeyScene;
  let ada: PersonDriver;
  let omar: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    [ada, omar] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.operator)];
    keys = await setKeys(
      scene,
      [
        { name: 'retired', ageDays: 200, usedDays: 84, inactiveDays: 60, tags: { rekey: 'managed' } },
        { name: 'trap', ageDays: 30, tags: { 'rekey-kind': 'decoy' } },
      ],
      ['verify', 'inventory', 'rotate_others', 'contain'],
    );
    const stores = await scene.stores();
    const grant = { subjectKind: 'user', grantedBy: PEOPLE.admin, grantedAt: 1 } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g1', subjectId: PEOPLE.operator, role: 'operator', ...grant }),
    ]);
    await stores.close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  /**
   * The key's window once its deletion is proposed. The first sweep saw it Inactive only just now, and is judged at its own
   * time: that the key was so for long is planted after that.
   */
  async function planted(id: string): Promise<ModalDriver> {
    const stores = await scene.stores();
    const finding = { code: 'inactive_long', severity: 'low', at: null, propose: 'delete' } as const;
    for (;;) {
      const standing = await stores.inventory.standings.byKey(id);
      if (standing === null) throw new Error('The key was not judged');
      await stores.atomically([stores.inventory.standings.put([{ ...standing, findings: [finding] }])]);
      await omar.slash(`/aws-keys ${id}`);
      const window = await omar.waitForModal((modal) => modal.title === 'Access key', LONG);
      if (!window.buttons.includes('Delete')) {
        await window.close();
        continue;
      }
      await stores.close();
      return window;
    }
  }

  const statusOf = (name: string): readonly string[] =>
    keys.account.users
      .get(name)
      ?.keys.existing()
      .map((key) => key.currentStatus) ?? [];

  async function startDrill(): Promise<void> {
    await ada.slash('/aws-settings');
    const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings', LONG);
    await settings.click('Start a drill');
    const form = await ada.waitForModal((modal) => modal.title === 'Start a drill');
    await form.fill({ Decoy: `trap · ${keys.ids['trap'] ?? ''}` });
    await form.submit();
    await ada.waitForModal(({ words }) => words.includes('The drill has begun'), LONG);
    await ada.modal()?.close();
  }

  it(
    'a key long Inactive is asked to be deleted from its window, approved by another, and gone',
    async () => {
      const id = keys.ids['retired'] ?? '';
      const window = await planted(id);
      expect(window.words).toContain('press *Delete*');
      expect(window.words).not.toContain('aws iam delete-access-key');
      await window.click('Delete');
      const form = await omar.waitForModal((modal) => modal.title === 'Delete access key');
      expect(form.words).toContain('There is no Undo');
      await form.fill({ Reason: 'left with its owner' });
      await form.submit();
      await (
        await omar.waitForModal(({ words }) => words.includes('waits for a second person'), LONG)
      ).close();
      const card = await omar.waitForMessage(({ words }) => words.includes('left with its owner'), IN_ALERTS);
      expect(card.buttons).toEqual(['Approve', 'Decline']);
      await card.click('Approve', { confirm: true });
      await omar.waitForEphemeral(
        ({ words }) => words.includes('you asked') || words.includes('second person'),
      );
      expect(statusOf('retired')).toEqual(['Inactive']);

      // Nobody else's click approves it, by whatever way it comes; each is on record.
      const value = /"value":"([^"]+)"/.exec(JSON.stringify(card.blocks))?.[1] ?? '';
      expect(value).toContain(id);
      const action = { action_id: DELETION_APPROVE, block_id: 'b', type: 'button', value };
      const { viewer, nobody, guest, stranger, admin } = PEOPLE;
      const elsewhere = { team: { id: 'T0OTHER' }, user: { id: admin, team_id: 'T0OTHER' } };
      for (const [at, [userId, changes]] of (
        [
          [viewer, {}],
          [nobody, {}],
          [guest, {}],
          [stranger, {}],
          [admin, elsewhere],
        ] as const
      ).entries()) {
        const actions = [{ ...action, action_ts: `${at}.d` }];
        await rawAction({ slack: scene.slack, userId, changes: { ...changes, actions } }, DELETION_APPROVE);
      }
      const stores = await scene.stores();
      const refused = async (): Promise<string[]> =>
        (await stores.audit.newest(100)).flatMap(({ verb, outcome, doer, entityId }) =>
          verb === 'key.delete_approve' && outcome === 'refused' && doer.kind === 'person' && entityId === id
            ? [`${doer.userId} ${doer.teamId}`]
            : [],
        );
      await expect.poll(async () => (await refused()).length, { timeout: LONG }).toBe(6);
      expect((await refused()).toSorted()).toEqual(
        [
          ...[PEOPLE.operator, viewer, nobody, guest, stranger].map(
            (each) => `${each} ${scene.slack.teamId}`,
          ),
          `${admin} T0OTHER`,
        ].toSorted(),
      );
      await stores.close();
      expect(statusOf('retired')).toEqual(['Inactive']);

      const seen = await ada.waitForMessage(({ words }) => words.includes('left with its owner'), IN_ALERTS);
      await seen.click('Approve', { confirm: true });
      const done = await ada.waitForMessage(
        ({ ts, words }) => ts === card.ts && words.includes('Deleted for good'),
        IN_ALERTS,
      );
      expect(done.buttons).toEqual([]);
      expect(statusOf('retired')).toEqual([]);
      await ada.waitForMessage(
        ({ ts, words }) => ts !== card.ts && words.includes('Deleted for good'),
        IN_ALERTS,
      );
      await omar.slash(`/aws-keys ${id}`);
      const after = await omar.waitForModal((modal) => modal.words.includes('deleted for good'), LONG);
      expect(after.buttons).not.toContain('Delete');
      await after.close();
    },
    2 * LONG,
  );

  it(
    'a drill is started from the settings, answered in earnest, reported and given back at one click',
    async () => {
      await startDrill();
      const alert = await ada.waitForMessage(({ words }) => words.includes('Pretend that'), IN_ALERTS);
      expect(alert.words).toContain('DRILL');
      expect(alert.buttons).toEqual(['Deactivate', 'Stop the drill']);

      await alert.click('Deactivate');
      const contain = await ada.waitForModal(
        (modal) => modal.title === 'Deactivate' && modal.words.includes('a rehearsal with this key'),
        LONG,
      );
      await contain.submit();
      await (
        await ada.waitForModal((modal) => modal.words.includes('IAM confirms Inactive and the deny'), LONG)
      ).close();
      expect(statusOf('trap')).toEqual(['Inactive']);
      const report = await ada.waitForMessage(({ words }) => words.includes('the times'), IN_ALERTS);
      for (const step of [
        'raised → delivered',
        'delivered → clicked',
        'both effects sent',
        'confirmed by IAM',
      ]) {
        expect(report.words).toMatch(new RegExp(`${step}: \\d`));
      }
      await report.click('Undo: give the key back');
      await ada.waitForMessage(({ words }) => words.includes('the decoy works again'), IN_ALERTS);
      expect(statusOf('trap')).toEqual(['Active']);
      await ada.slash('/aws-settings');
      await ada.waitForModal(({ words }) => words.includes('the decoy was given back'), LONG);
      expect(scene.slack.defects).toEqual([]);
    },
    3 * LONG,
  );

  it(
    'a drill that is answered from the host says there that it is one, and is given back',
    async () => {
      await ada.modal()?.close('x');
      await startDrill();
      const asked = ['contain', keys.ids['trap'] ?? '', '--reason', 'Slack is down, as it seems'];
      const line = 'DRILL: a rehearsal with this key is running, and this takes part in it.\n';
      const ended = await hostCommand(scene, ...asked);
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect(ended.out).toContain(line);
      expect(statusOf('trap')).toEqual(['Inactive']);
      // Whoever types it a second time goes on with the same rehearsal.
      const again = await hostCommand(scene, ...asked);
      expect(again.out).toContain('contained already by');
      expect(again.out).toContain(line);
      const report = await ada.waitForMessage(
        ({ words }) => words.includes('the times') && words.includes('on the host'),
        IN_ALERTS,
      );
      await report.click('Undo: give the key back');
      await expect.poll(() => statusOf('trap'), { timeout: LONG }).toEqual(['Active']);
      // With no rehearsal under way it is meant in earnest, and says nothing of one.
      const real = await hostCommand(scene, ...asked);
      expect(real).toMatchObject({ code: 0, err: '' });
      expect(real.out).not.toContain('DRILL');
      expect(scene.slack.defects).toEqual([]);
    },
    3 * LONG,
  );
});
