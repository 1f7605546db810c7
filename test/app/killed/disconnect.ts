import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../../sandbox/slack/driver/modal.ts';
import { chooseFor, connectKey, freshUser, kept, keptWhen, outcome } from '../../support/acting.ts';
import { holdCall } from '../../support/instants.ts';
import { Killing } from '../../support/killing.ts';
import type { EngineName, TransportName } from '../../support/rekey.ts';

/** Kills Rekey at every instant of disconnecting, with the key to be deactivated and without. */
export function describeKilledDisconnect(
  transport: TransportName,
  engine: EngineName,
  actions: readonly string[],
): void {
  describe(`SIGKILL while disconnecting over ${transport} on ${engine}`, { timeout: 60_000 }, () => {
    let killing: Killing;
    let names = 0;

    beforeAll(async () => {
      killing = await Killing.set(transport, engine);
    });

    afterAll(async () => {
      await killing.strike();
    });

    /** A connection whose key may deactivate itself, and the window that disconnects it. */
    const ready = async (deactivate: boolean) => {
      names += 1;
      const name = `disconnect-${names}`;
      await killing.closeAll();
      const { key } = freshUser(killing.scene, name, ['verify', 'inventory', 'rotate_self']);
      const report = await connectKey(killing.ada, name, key);
      await report.close();
      await chooseFor(killing.ada, name, 'Disconnect');
      const sure = await killing.ada.waitForModal((modal) => modal.title === 'Disconnect');
      const choice = { 'Access key in AWS': deactivate ? [`Also deactivate ${key.accessKeyId}`] : [] };
      await sure.fill(choice);
      return { name, key, sure };
    };

    const statusOf = (key: { accessKeyId: string }) =>
      killing.scene.aws.world.findKey(key.accessKeyId)?.key.currentStatus;

    const gone = async (name: string): Promise<void> => {
      const { connections } = await killing.settled(30_000);
      expect(connections.map((connection) => connection.name)).not.toContain(name);
    };

    const shown = async (name: string): Promise<ModalDriver> => {
      const view = await outcome(killing.ada);
      expect(view.title).toBe('Disconnected');
      expect(view.words).toContain(name);
      return view;
    };

    it('before anything was written: it is connected as before', async () => {
      const { sure, name } = await ready(true);
      const before = await kept(killing.scene);
      await killing.beforeWriting(() => sure.submit(), sure.id);
      expect(await kept(killing.scene)).toEqual(before);
      await sure.submit();
      await shown(name);
      await gone(name);
    });

    it.each(actions)('during %s: the next process deactivates and erases', async (action) => {
      const { sure, name, key } = await ready(true);
      const held = holdCall(killing.scene, { action, accessKeyId: key.accessKeyId });
      await sure.submit();
      await held();
      const now = await kept(killing.scene);
      expect(now.connections.find((connection) => connection.name === name)?.state).toBe('disconnecting');
      await killing.again();
      // By GetCallerIdentity the key is Inactive already, and the next process finds it refused.
      const words = action === 'GetCallerIdentity' ? 'AWS refuses this key' : 'AWS was seen refusing it';
      expect((await shown(name)).words).toContain(words);
      expect(statusOf(key)).toBe('Inactive');
      await gone(name);
    });

    it('when the key is Inactive but the answer was lost: it erases and says so', async () => {
      const { sure, name, key } = await ready(true);
      const rule = { action: 'UpdateAccessKey', accessKeyId: key.accessKeyId };
      const held = holdCall(killing.scene, rule, { kind: 'drop-after' });
      await sure.submit();
      await held();
      await killing.again();
      expect((await shown(name)).words).toContain('is Inactive');
      expect(statusOf(key)).toBe('Inactive');
      await gone(name);
    });

    it('after AWS answered, before the outcome is written: the next process erases', async () => {
      const { sure, name, key } = await ready(true);
      const rule = { action: 'GetCallerIdentity', accessKeyId: key.accessKeyId };
      const slow = holdCall(killing.scene, rule, { kind: 'latency', ms: 150 });
      await killing.beforeTheOutcome(() => sure.submit(), slow);
      expect(statusOf(key)).toBe('Inactive');
      await killing.again();
      await shown(name);
      await gone(name);
    });

    it.each([true, false])(
      'after the outcome is written, before the window shows it (deactivate: %s): a direct message tells it',
      async (deactivate) => {
        const { sure, name, key } = await ready(deactivate);
        await killing.beforeTheWindow(
          () => sure.submit(),
          ({ connections }) => connections.every((connection) => connection.name !== name),
        );
        await killing.told(name, 'is disconnected');
        expect(statusOf(key)).toBe(deactivate ? 'Inactive' : 'Active');
        await gone(name);
        await keptWhen(killing.scene, ({ sealed }) => sealed === 0);
      },
    );
  });
}
