import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit-command.ts';
import { addAdmins, connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const HOURS_MS = 5 * 3_600_000;
const DAYS_MS = 2 * 86_400_000;

describe.each(['sqlite', 'postgres'] as const)('a clock that is set by hours, on %s', (engine) => {
  const clock = new MovingClock();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('socket', engine);
    addAdmins(scene, 1);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts }, clock);
  });

  afterAll(async () => {
    await scene.strike();
  });

  it.each([
    ['forward', HOURS_MS],
    ['back to where it was', -HOURS_MS],
    ['back', -HOURS_MS],
    ['back by days', -DAYS_MS],
    ['forward by days', DAYS_MS],
  ])(
    'works on when it is set %s',
    async (name, step) => {
      const ada = scene.slack.as(PEOPLE.admin);
      clock.forward(step);
      const view = await connectKey(ada, name, freshUser(scene, name.replaceAll(' ', '-')).key);
      expect(view.title).toBe('Connected');
      await view.close();
      await ada.slash(`/aws-test ${name}`);
      expect((await outcome(ada)).title).toBe('Test passed');
      await ada.modal()?.close('x');
      // What recurs goes on: the outbox posts, and the chainer chains.
      const stores = await scene.stores();
      const id = `after ${name}`;
      const target = { kind: 'channel', channelId: CHANNELS.alerts } as const;
      const notice = { id, target, text: id, blocks: [], createdAt: clock.now(), correlationId: id };
      await stores.atomically([stores.notices.add(notice)]);
      const waiting = async (): Promise<number> => (await stores.audit.countUnchained()).count;
      await ada.waitForMessage(({ text }) => text === id, { channel: 'aws-alerts', timeoutMs: 20_000 });
      await expect.poll(waiting, { timeout: 30_000, interval: 500 }).toBe(0);
      await stores.close();
      // pg-boss keeps its looks by the machine's clock, which stands still here.
      const page = engine === 'sqlite' ? 'readyz' : 'healthz';
      // It finds its rhythm within a minute, as the operations page says.
      const status = async (): Promise<number> => (await fetch(`${scene.opsUrl}/${page}`)).status;
      await expect.poll(status, { timeout: 60_000, interval: 500 }).toBe(200);
    },
    200_000,
  );

  it('does not believe for longer who somebody is', async () => {
    const bea = scene.slack.as('U0ADMIN1');
    await bea.slash('/aws-settings');
    await bea.waitForModal((modal) => modal.title === 'Rekey settings', 10_000);
    await bea.modal()?.close('x');
    const left = scene.slack.world.people.get('U0ADMIN1');
    if (left === undefined) throw new Error('Nobody left');
    left.deleted = true;
    clock.forward(-HOURS_MS);
    await bea.slash('/aws-settings');
    const words = (): string => `${bea.modal()?.words ?? ''} ${bea.ephemerals().at(-1)?.words ?? ''}`;
    await expect.poll(words, { timeout: 10_000 }).toContain('people of this workspace only');
  });

  it('leaves nothing behind, and the audit log whole', async () => {
    const { attempts, orphans, connections } = await kept(scene);
    expect([attempts, orphans, connections.length]).toEqual([[], 0, 5]);
    let said = '';
    await audit(['verify'], { env: scene.environment, out: (text) => void (said += text) });
    expect(said).toMatch(/verified/i);
    expect(scene.slack.defects).toEqual([]);
  });
});
