import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import type { Act, Done, Setup } from '../../sandbox/page/wire.ts';
import { connectKey } from '../support/acting.ts';
import { closeAll, windowOf } from '../support/places.ts';

const LONG = 120_000;

describe('the shop of the sandbox', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
  }, LONG);

  afterAll(async () => {
    await sandbox.stop();
  });

  async function act(what: Act): Promise<Done> {
    const origin = sandbox.url.replace(/\/$/, '');
    const headers = { origin, 'content-type': 'application/json' };
    const answer = await fetch(`${sandbox.url}act`, { method: 'POST', headers, body: JSON.stringify(what) });
    return (await answer.json()) as Done;
  }

  it(
    'is learned as normal, and the theft of its key becomes one incident',
    async () => {
      const setup = (await (await fetch(`${sandbox.url}setup`)).json()) as Setup;
      const key = setup.keys.find(({ id }) => id === 'shop');
      if (key === undefined) throw new Error('The page offers no key of the shop');
      const ada = sandbox.slack.as('U0ADA');
      const channel = [...sandbox.slack.world.channels.values()].find(({ name }) => name === 'aws-alerts');
      if (channel === undefined) throw new Error('There is no channel for alerts');
      await (await connectKey(ada, 'Shop', key, { 'Alert channel': channel.id })).close();
      await ada.openHome({ timeoutMs: 10_000 });
      const complete = async (): Promise<boolean> =>
        (await ada.openHome({ timeoutMs: 10_000 })).words.includes('Watched: complete to');
      const until = Date.now() + LONG;
      while (!(await complete()) && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 500));
      const incidents = (): number =>
        ada.messages(channel.id).filter(({ words }) => words.includes('Seen now')).length;
      expect(incidents()).toBe(0);

      expect(await act({ act: 'theft' })).toEqual({ ok: true });
      expect(await act({ act: 'move_clock', step: 'hour' })).toEqual({ ok: true });
      const told = await ada.waitForMessage(({ words }) => words.includes('Seen now'), {
        channel: channel.id,
        timeoutMs: LONG,
      });
      expect(told.words).toContain('Critical');
      expect(told.words).toContain('shop-backend');
      expect(told.words).toContain('203.0.113.66');
      expect(told.words).toContain('198.51.100.0/24');
      expect(incidents()).toBe(1);

      // The queue the page names is one that Shop may read; the files of its trail come by it.
      await ada.slash('/aws-settings');
      await (await windowOf(ada, 'Rekey settings')).click('Trail queues');
      await (await windowOf(ada, 'Trail queues')).click('Add a queue');
      const form = await windowOf(ada, 'Add a trail queue');
      const { queueUrl, bucket } = setup.trail;
      await form.fill({ Connection: 'Shop', 'Queue URL': queueUrl, Bucket: bucket });
      await form.submit();
      await windowOf(ada, 'Saved', 'is read from now on');
      await closeAll(ada);
      expect(await act({ act: 'move_clock', step: 'hour' })).toEqual({ ok: true });
      const announced = async (): Promise<string> => {
        await ada.slash('/aws-settings');
        await (await windowOf(ada, 'Rekey settings')).click('Trail queues');
        await (await windowOf(ada, 'Trail queues')).click('Open');
        const { words } = await windowOf(ada, 'Trail queue');
        await closeAll(ada);
        return words;
      };
      const readBy = Date.now() + LONG;
      while (!/[1-9]\d* announced/.test(await announced()) && Date.now() < readBy)
        await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await announced()).toMatch(/[1-9]\d* announced/);
    },
    2 * LONG,
  );
});
