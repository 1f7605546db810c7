import { describe, expect, test } from 'vitest';
import { approveBindings } from '../../src/handlers/destinations/decide.ts';
import { bindUsers } from '../../src/handlers/destinations/bind.ts';
import { changeDestination } from '../../src/handlers/destinations/change.ts';
import { makeDestination } from '../../src/handlers/destinations/make.ts';
import type { DestinationInput } from '../../src/handlers/destinations/read-input.ts';
import { known } from '../../src/domain/known.ts';
import { parameterTarget } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const HOOK: DestinationInput = {
  name: 'Hook',
  connectionId: null,
  typed: { url: 'http://127.0.0.1:9/in' },
  redeployHook: { set: null },
};

describe.each(['sqlite', 'postgres'] as const)('a webhook on %s', (engine) => {
  test.each([
    ['name', { name: 'Hook of the shop' }],
    ['redeploy hook', { redeployHook: { set: 'http://127.0.0.1:9/redeploy' } }],
  ])(
    'is not approved by who chose its address, after another admin changed the %s',
    async (_, change) => {
      await using rekey = await Rotating.set(engine, { privateHosts: ['127.0.0.1'] });
      await rekey.connect('Shop');
      const { user } = await rekey.user('deploy');
      const as = (userId: string) => rekey.request(userId);
      const { services } = rekey;
      const made = await makeDestination(services, as('UMADE'), 'webhook', HOOK);
      const about = { destinationId: made.id, seen: 1 };
      const administrator = known(false, 1);
      const [bound] = await bindUsers(services, as('UMADE'), about, [
        { accountId: rekey.account.id, userId: user.userId, administrator },
      ]);
      const elsewhere = { ...HOOK, typed: { url: 'http://127.0.0.1:9/mine' } };
      await changeDestination(services, as('UEVIL'), about, elsewhere);
      const kept = { ...HOOK, typed: { url: '' }, ...change };
      await changeDestination(services, as('UGOOD'), { ...about, seen: 2 }, kept);
      const reviewed = { destinationId: made.id, seen: 3, bindingIds: [bound?.id ?? ''] };
      await expect(approveBindings(services, as('UEVIL'), reviewed)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(approveBindings(services, as('UGOOD'), reviewed)).resolves.toHaveLength(1);
    },
    60_000,
  );
});

describe('a destination', () => {
  test('stays where it is while a write to it was begun, and nobody knows what came of it', async () => {
    await using rekey = await Rotating.set('sqlite');
    const { services } = rekey;
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    const place = await rekey.destination('ssm-parameter', user, parameterTarget('deploy'), {
      connectionId: connection.id,
    });
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const deliveries = begun.deliveries.map((each) => ({ ...each, attempts: 1 }));
    await services.stores.atomically([
      services.stores.rotation.rotations.update({ ...begun, deliveries, version: begun.version + 1 }),
    ]);
    const about = { destinationId: place.id, seen: place.version };
    const elsewhere = {
      name: place.name,
      connectionId: connection.id,
      typed: {
        shape: 'pair',
        parameterName: '/rekey/elsewhere',
        region: 'eu-central-1',
      },
      redeployHook: 'keep',
    } as const;
    await expect(changeDestination(services, rekey.request(), about, elsewhere)).rejects.toMatchObject({
      message: expect.stringContaining('A rotation of deploy') as string,
    });
  }, 60_000);
});
