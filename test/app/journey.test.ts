import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, Scene, SETTINGS } from '../support/rekey.ts';

describe.each(SETTINGS)('connecting over %s on %s', (transport, engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('connects an access key, tests it, and disconnects it without a trace of its secret', async () => {
    const { good } = scene.samples.keys;
    const ada = scene.slack.as(PEOPLE.admin);

    const asked = await ada.slash('/aws-connect');
    expect(asked.error).toBeUndefined();
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
    await form.fill({
      'Connection name': 'Production',
      Method: 'Access key',
      'Access key ID': good.accessKeyId,
      'Secret access key': good.secretAccessKey,
    });
    expect((await form.submit()).result).toBe('updated');
    const report = await ada.waitForModal((modal) => modal.title === 'Connected', 10_000);
    expect(report.words).toContain(good.accountId);
    expect(report.words).toContain('Inventory: yes');
    await report.close();

    const home = await ada.waitForHome((view) => view.words.includes('Production'));
    await home.choose('Test');
    const tested = await ada.waitForModal((modal) => modal.title === 'Test passed', 10_000);
    expect(tested.words).toContain('Nothing changed since the last check');
    await tested.close();

    await ada.home()?.choose('Disconnect');
    const sure = await ada.waitForModal((modal) => modal.title === 'Disconnect');
    await sure.submit();
    const gone = await ada.waitForModal((modal) => modal.title === 'Disconnected', 10_000);
    expect(gone.words).toContain('was not touched in AWS');

    const stores = await scene.stores();
    expect(await stores.connections.list()).toEqual([]);
    expect(await stores.secrets.countByMasterKey()).toEqual(new Map());
    await stores.close();
    expect(scene.traces()).not.toContain(good.secretAccessKey);
    expect(scene.slack.defects).toEqual([]);
  });
});
