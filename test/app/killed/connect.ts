import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshUser, kept, keyForm, outcome } from '../../support/acting.ts';
import { holdCall } from '../../support/instants.ts';
import { Killing } from '../../support/killing.ts';
import type { EngineName, TransportName } from '../../support/rekey.ts';

/** Kills Rekey at every instant of connecting, and looks what the next process makes of it. */
export function describeKilledConnect(
  transport: TransportName,
  engine: EngineName,
  actions: readonly string[],
): void {
  describe(`SIGKILL while connecting over ${transport} on ${engine}`, { timeout: 60_000 }, () => {
    let killing: Killing;
    let names = 0;

    beforeAll(async () => {
      killing = await Killing.set(transport, engine);
    });

    afterAll(async () => {
      await killing.strike();
    });

    /** A form ready to be submitted, with a key of its own. */
    const ready = async () => {
      names += 1;
      const name = `connect-${names}`;
      await killing.closeAll();
      const { key } = freshUser(killing.scene, name);
      return { name, key, form: await keyForm(killing.ada, name, key) };
    };

    const connected = async (name: string): Promise<void> => {
      const { connections } = await killing.settled();
      expect(connections.map((connection) => connection.name)).toContain(name);
    };

    it('before anything was written: nothing is kept, and Slack tells the person', async () => {
      const { form, name } = await ready();
      const before = await kept(killing.scene);
      await killing.beforeWriting(() => form.submit(), name);
      expect(await kept(killing.scene)).toEqual(before);
      expect(killing.ada.notices().at(-1)?.code).toBe('trouble_connecting');
      expect((await form.submit()).result).toBe('updated');
      expect((await outcome(killing.ada)).title).toBe('Connected');
      await connected(name);
    });

    it.each(actions)('during %s: the next process finishes it, in the window', async (action) => {
      const { form, key, name } = await ready();
      const held = holdCall(killing.scene, { action, accessKeyId: key.accessKeyId });
      expect((await form.submit()).result).toBe('updated');
      await held();
      const now = await kept(killing.scene);
      expect(now.attempts.map(({ kind }) => kind)).toEqual(['connect']);
      expect(now.connections.map((connection) => connection.name)).not.toContain(name);
      await killing.again();
      const view = await outcome(killing.ada);
      expect(view.title).toBe('Connected');
      expect(view.words).toContain(name);
      await connected(name);
    });

    it('during a refusal: nothing is kept, and the window says why', async () => {
      const { root } = killing.scene.samples.keys;
      await killing.closeAll();
      const form = await keyForm(killing.ada, 'Refused', root);
      const held = holdCall(killing.scene, { accessKeyId: root.accessKeyId });
      await form.submit();
      await held();
      await killing.again();
      expect((await outcome(killing.ada)).title).toBe('Not connected');
      const { connections } = await killing.settled();
      expect(connections.map((connection) => connection.name)).not.toContain('Refused');
    });

    it('after AWS answered, before the outcome is written: the next process finishes it', async () => {
      const { form, key, name } = await ready();
      const simulation = { action: 'SimulatePrincipalPolicy', accessKeyId: key.accessKeyId, times: 9 };
      const slow = holdCall(killing.scene, simulation, { kind: 'latency', ms: 150 });
      await killing.beforeTheOutcome(() => form.submit(), slow);
      expect((await kept(killing.scene)).attempts).toHaveLength(1);
      await killing.again();
      expect((await outcome(killing.ada)).title).toBe('Connected');
      await connected(name);
    });

    it('after the outcome is written, before the window shows it: a direct message tells it', async () => {
      const { form, name } = await ready();
      await killing.beforeTheWindow(
        () => form.submit(),
        ({ connections }) => connections.some((connection) => connection.name === name),
      );
      await killing.told(name, 'is connected');
      await connected(name);
    });

    it('and every secret kept so opens: each connection passes a test', async () => {
      await killing.closeAll();
      for (const { name } of (await kept(killing.scene)).connections) {
        await killing.ada.slash(`/aws-test ${name}`);
        expect((await outcome(killing.ada)).title).toBe('Test passed');
      }
      expect(killing.scene.slack.defects).toEqual([]);
    });
  });
}
