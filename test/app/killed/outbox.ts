import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RekeyChild } from '../../support/child.ts';
import { eventually } from '../../support/instants.ts';
import { Killing } from '../../support/killing.ts';
import { CHANNELS, PEOPLE, type EngineName, type TransportName } from '../../support/rekey.ts';

const POST = 'chat.postMessage';

/** pg-boss takes the job of a killed process for its own until that job's time is over. */
const PATIENCE_MS = 90_000;

/** Kills Rekey between taking a notice and hearing what became of it. */
export function describeKilledOutbox(transport: TransportName, engine: EngineName): void {
  describe(`SIGKILL while posting over ${transport} on ${engine}`, () => {
    let killing: Killing;
    let notices = 0;

    beforeAll(async () => {
      killing = await Killing.set(transport, engine);
    });

    afterAll(async () => {
      await killing.strike();
    });

    afterEach(() => {
      killing.scene.slack.faults.clear();
    });

    /** Writes a notice while nobody runs, starts Rekey, and answers how often it stands in the channel. */
    const startedWith = async () => {
      notices += 1;
      await killing.child.kill();
      const id = `killed-${notices}`;
      const stores = await killing.scene.stores();
      const target = { kind: 'channel', channelId: CHANNELS.alerts } as const;
      const now = Date.now();
      await stores.atomically([
        stores.notices.add({ id, target, text: id, blocks: [], createdAt: now, correlationId: id }),
      ]);
      await stores.close();
      killing.child = await RekeyChild.start(killing.scene);
      const { slack } = killing.scene;
      return () => {
        const shown = slack.state(PEOPLE.admin).channels.find((channel) => channel.id === CHANNELS.alerts);
        return shown?.messages.filter(({ text }) => text === id).length ?? 0;
      };
    };

    const calls = () => killing.scene.slack.received.filter(({ method }) => method === POST).length;

    it('before Slack took it: the next process posts it', async () => {
      killing.scene.slack.faults.add(POST, { kind: 'hang' });
      const before = calls();
      const standing = await startedWith();
      await eventually(() => calls() > before, 'the post', PATIENCE_MS);
      await killing.again({ later: true });
      await eventually(() => standing() === 1, 'the message', PATIENCE_MS);
    });

    it('after Slack took it, where history may not be read: it stands twice at most', async () => {
      killing.scene.slack.faults.add(POST, { kind: 'answer_lost', how: 'hang' });
      const standing = await startedWith();
      await eventually(() => standing() === 1, 'the message', PATIENCE_MS);
      await killing.again({ later: true });
      await eventually(() => standing() === 2, 'the second message', PATIENCE_MS);
    });

    it('after Slack took it, where history may be read: it stands once', async () => {
      const { slack } = killing.scene;
      slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read', 'channels:history'] });
      slack.faults.add(POST, { kind: 'answer_lost', how: 'hang' });
      const standing = await startedWith();
      await eventually(() => standing() === 1, 'the message', PATIENCE_MS);
      const before = calls();
      await killing.again({ later: true });
      const stores = await killing.scene.stores();
      await expect.poll(async () => (await stores.notices.waiting()).count, { timeout: PATIENCE_MS }).toBe(0);
      await stores.close();
      expect([standing(), calls() - before]).toEqual([1, 0]);
    });
  });
}
