import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PEOPLE, Scene } from '../support/rekey.ts';

describe('the socket', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.set('socket', 'sqlite');
    await scene.start();
    await scene.slack.sockets.connected();
  });

  afterEach(async () => {
    await scene.strike();
  });

  async function helped(): Promise<string> {
    return (await scene.slack.as(PEOPLE.admin).slash('/aws-help')).ack.outcome;
  }

  it('comes back after Slack closed it', async () => {
    scene.slack.sockets.refresh();
    await expect.poll(() => scene.slack.sockets.connections, { timeout: 3_000 }).toBe(0);
    await scene.slack.sockets.connected(1, 5_000);
    expect(await helped()).toBe('ack');
  });

  it('comes back however Slack fails to open a new one', async () => {
    scene.slack.faults.add('apps.connections.open', { kind: 'http', status: 503 });
    scene.slack.faults.add('apps.connections.open', { kind: 'answer_lost', how: 'reset' }, { times: 2 });
    scene.slack.sockets.drop();
    await scene.slack.sockets.connected(1, 12_000);
    expect(await helped()).toBe('ack');
    expect(scene.logLines.filter((line) => line.includes('could not be opened again yet'))).toHaveLength(2);
  });

  it('stays closed when Rekey stops meanwhile', async () => {
    scene.slack.faults.add('apps.connections.open', { kind: 'http', status: 503 });
    scene.slack.sockets.drop();
    await expect
      .poll(() => scene.logLines.some((line) => line.includes('could not be opened again yet')), {
        timeout: 4_000,
      })
      .toBe(true);
    const began = performance.now();
    await scene.stop();
    expect(performance.now() - began).toBeLessThan(1_000);
    const asked = (): number =>
      scene.slack.received.filter((call) => call.method === 'apps.connections.open').length;
    const before = asked();
    await sleep(1_200);
    expect(asked()).toBe(before);
  });
});
