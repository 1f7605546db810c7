import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AccountInventory } from '../../src/domain/inventory.ts';
import { accountOf, chooseFor, connectKey, outcome } from '../support/acting.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('a connected account over %s on %s', (transport, engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  async function inventory(): Promise<AccountInventory | null> {
    const stores = await scene.stores();
    try {
      return await stores.inventory.accounts.byId(accountOf(scene).id);
    } finally {
      await stores.close();
    }
  }

  it('is swept by itself, and forgotten when it is disconnected', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await (await connectKey(ada, 'main', scene.samples.keys.good)).close();
    const swept = async () => expect((await inventory())?.fullAt).toEqual(expect.any(Number));
    await vi.waitFor(swept, { timeout: 60_000, interval: 200 });
    const account = accountOf(scene);
    const keys = [...account.users.values()].flatMap((user) => user.keys.existing());
    expect(await inventory()).toMatchObject({
      users: account.users.size,
      keys: keys.length,
      rootKeys: { known: true, value: 1 },
      gaps: [],
      trouble: null,
    });
    await chooseFor(ada, 'main', 'Disconnect');
    const window = await ada.waitForModal((modal) => modal.title === 'Disconnect', 10_000);
    await window.submit();
    expect((await outcome(ada)).title).toBe('Disconnected');
    expect(await inventory()).toBeNull();
  }, 120_000);
});
