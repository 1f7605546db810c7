import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseFor, connectKey, freshUser, kept, outcome } from '../../support/acting.ts';
import { eventually, holdCall } from '../../support/instants.ts';
import { Killing } from '../../support/killing.ts';
import type { EngineName, TransportName } from '../../support/rekey.ts';

/** Kills Rekey at every instant of testing a connection and of replacing its credentials. */
export function describeKilledWork(
  transport: TransportName,
  engine: EngineName,
  actions: readonly string[],
): void {
  describe(`SIGKILL while testing and replacing over ${transport} on ${engine}`, { timeout: 60_000 }, () => {
    let killing: Killing;
    let keys = 0;
    const name = 'Production';

    beforeAll(async () => {
      killing = await Killing.set(transport, engine);
      const report = await connectKey(killing.ada, name, freshUser(killing.scene, 'first').key);
      expect(report.title).toBe('Connected');
    });

    afterAll(async () => {
      await killing.strike();
    });

    const keyOfConnection = async (): Promise<string> => {
      const { connections } = await killing.settled();
      const [only] = connections;
      if (only === undefined || connections.length !== 1) throw new Error('There is not one connection');
      return only.accessKeyId ?? '';
    };

    /** The form of Replace credentials, filled with another user's key. */
    const replacing = async () => {
      keys += 1;
      await killing.closeAll();
      const { key } = freshUser(killing.scene, `replace-${keys}`);
      await chooseFor(killing.ada, name, 'Replace credentials');
      const form = await killing.ada.waitForModal((modal) => modal.title === 'Replace credentials');
      await form.fill({ Method: 'Access key' });
      const typed = { 'Access key ID': key.accessKeyId, 'Secret access key': key.secretAccessKey };
      await form.fill(typed);
      return { form, key, before: await keyOfConnection() };
    };

    it.each(actions)('during %s of a test: the next process finishes it, in the window', async (action) => {
      await killing.closeAll();
      const accessKeyId = await keyOfConnection();
      const held = holdCall(killing.scene, { action, accessKeyId });
      await killing.ada.slash(`/aws-test ${name}`);
      await held();
      await killing.again();
      expect((await outcome(killing.ada)).title).toBe('Test passed');
      await killing.settled();
    });

    it('between the window of a test and its record: a direct message tells it', async () => {
      await killing.closeAll();
      killing.scene.slack.faults.add('views.open', { kind: 'answer_lost' });
      const asked = killing.ada.slash(`/aws-test ${name}`).catch(() => null);
      await killing.ada.waitForModal((modal) => modal.title === 'Testing…', 10_000);
      expect((await kept(killing.scene)).attempts).toHaveLength(1);
      const before = killing.ada.messages().length;
      await killing.again();
      await killing.settled();
      await eventually(() => killing.ada.messages().length > before, 'the message');
      await asked;
      killing.scene.slack.defects.length = 0;
    });

    it('after a test is written, before the window shows it: a direct message tells it', async () => {
      await killing.closeAll();
      const [before] = (await kept(killing.scene)).connections;
      await killing.beforeTheWindow(
        () => killing.ada.slash(`/aws-test ${name}`),
        ({ connections }) => connections[0]?.version !== before?.version,
      );
      await killing.told(name, 'Nothing changed since the last check');
    });

    it('before a replacement was written: the old credentials are in use', async () => {
      const { form, key, before } = await replacing();
      await killing.beforeWriting(() => form.submit(), key.accessKeyId);
      expect(await keyOfConnection()).toBe(before);
    });

    it.each(actions)('during %s of a replacement: the next process finishes it', async (action) => {
      const { form, key } = await replacing();
      const held = holdCall(killing.scene, { action, accessKeyId: key.accessKeyId });
      await form.submit();
      await held();
      await killing.again();
      expect((await outcome(killing.ada)).title).toBe('Credentials replaced');
      expect(await keyOfConnection()).toBe(key.accessKeyId);
    });

    it('after AWS answered, before the replacement is written: the next process finishes it', async () => {
      const { form, key } = await replacing();
      const rule = { action: 'SimulatePrincipalPolicy', accessKeyId: key.accessKeyId, times: 9 };
      const slow = holdCall(killing.scene, rule, { kind: 'latency', ms: 150 });
      await killing.beforeTheOutcome(() => form.submit(), slow);
      await killing.again();
      expect((await outcome(killing.ada)).title).toBe('Credentials replaced');
      expect(await keyOfConnection()).toBe(key.accessKeyId);
    });

    it('after the replacement is written, before the window shows it: a direct message tells it', async () => {
      const { form, key } = await replacing();
      await killing.beforeTheWindow(
        () => form.submit(),
        ({ connections }) => connections[0]?.accessKeyId === key.accessKeyId,
      );
      await killing.told(name, 'now uses the new credentials');
      expect(await keyOfConnection()).toBe(key.accessKeyId);
    });

    it('and the secret kept so opens', async () => {
      await killing.closeAll();
      await killing.ada.slash(`/aws-test ${name}`);
      expect((await outcome(killing.ada)).title).toBe('Test passed');
      expect(killing.scene.slack.defects).toEqual([]);
    });
  });
}
