import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import type { LastUse } from '../../src/domain/last-use.ts';
import { iamClient, stsClient } from '../sandbox/aws/clients.ts';
import type { Keys } from '../sandbox/aws/clients.ts';
import { DAY_MS, InventoryWorld } from '../pollers/world.ts';
import { startMoto } from '../support/moto.ts';

interface Place {
  readonly endpoint: string;
  readonly admin: Keys;
}

/** Names of keys, since ids differ from place to place. */
type Named = Map<string, string>;

async function makeKey(iam: IAMClient, UserName: string, label: string, named: Named): Promise<Keys> {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const [accessKeyId = '', secretAccessKey = ''] = [AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey];
  named.set(accessKeyId, label);
  return { accessKeyId, secretAccessKey };
}

/** Users of several kinds, made by API calls alone. */
async function seed({ endpoint, admin }: Place, named: Named): Promise<void> {
  const iam = iamClient({ endpoint }, admin);
  const use = (keys: Keys): Promise<unknown> =>
    stsClient({ endpoint }, keys).send(new GetCallerIdentityCommand({}));
  for (const [UserName, Path] of [
    ['ann', '/'],
    ['bob', '/team/'],
    ['carol', '/'],
    ['dave', '/'],
    ['nobody', '/'],
  ] as const) {
    await iam.send(new CreateUserCommand({ UserName, Path }));
  }
  const first = await makeKey(iam, 'ann', 'ann 1', named);
  await use(first);
  const Tags = [
    { Key: 'owner', Value: 'ann <x> & "y"' },
    { Key: first.accessKeyId, Value: 'the nightly job' },
  ];
  await iam.send(new TagUserCommand({ UserName: 'ann', Tags }));
  const bob = await makeKey(iam, 'bob', 'bob 1', named);
  await makeKey(iam, 'bob', 'bob 2', named);
  await iam.send(
    new UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId: bob.accessKeyId, Status: 'Inactive' }),
  );
  await makeKey(iam, 'carol', 'carol 1', named);
  await makeKey(iam, 'dave', 'dave 1', named);
}

/** What changes before the second sweep. */
async function changeSome({ endpoint, admin }: Place, named: Named): Promise<void> {
  const iam = iamClient({ endpoint }, admin);
  const idOf = (label: string): string => [...named].find(([, name]) => name === label)?.[0] ?? '';
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'carol', AccessKeyId: idOf('carol 1') }));
  await iam.send(
    new UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId: idOf('bob 1'), Status: 'Active' }),
  );
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'dave', AccessKeyId: idOf('dave 1') }));
  await iam.send(new DeleteUserCommand({ UserName: 'dave' }));
  await iam.send(new CreateUserCommand({ UserName: 'dave' }));
  await makeKey(iam, 'dave', 'dave again', named);
}

function useWords(lastUse: LastUse): string {
  return lastUse.kind === 'used' ? `used by ${lastUse.service} in ${lastUse.region}` : lastUse.kind;
}

/** The whole inventory without what differs from place to place: ids, and times of day. */
async function inventoryOf(world: InventoryWorld, accountId: string, named: Named): Promise<unknown> {
  const { users, keys, keyHistory, accounts } = world.inventory;
  const label = (id: string) => named.get(id) ?? id;
  const kept = await accounts.byId(accountId);
  const found = [];
  for (const key of await keys.page(accountId, null, 100)) {
    found.push({
      key: label(key.accessKeyId),
      user: key.userName,
      status: key.status,
      description: key.description,
      lastUse: useWords(key.lastUse),
      dated: key.createdAt !== null,
      // The sweep's own key is used by it, on days that moto's clock does not know of.
      history: (await keyHistory.ofKey(key.accessKeyId, 9))
        .map(({ what }) => what)
        .filter((what) => what !== 'used' || key.userName !== 'admin'),
    });
  }
  return {
    account: [kept?.users, kept?.keys, kept?.gaps, kept?.trouble, kept?.running],
    rootKeys: kept?.rootKeys.known === true ? kept.rootKeys.value : 'unknown',
    users: (await users.page(accountId, null, 100))
      .map((user) => ({
        name: user.userName,
        path: user.arn.slice(user.arn.indexOf(':user/')),
        tags: user.tags.known
          ? Object.fromEntries(Object.entries(user.tags.value).map(([key, value]) => [label(key), value]))
          : 'unknown',
        quarantine: user.quarantine.known && user.quarantine.value,
        read: user.keysReadAt !== null,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    keys: found.sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

it('the same users give the same inventory from moto and from the stand-in, now and after changes', async () => {
  const moto = await startMoto();
  const results: unknown[][] = [];
  try {
    for (const there of ['moto', 'the stand-in']) {
      await using world = await InventoryWorld.open();
      const admin = world.account.addUser('admin', { attached: ['AdministratorAccess'] }).addKey();
      const place: Place = there === 'moto' ? moto : { endpoint: world.standIn.url, admin };
      const named: Named = new Map([[place.admin.accessKeyId, 'admin 1']]);
      await seed(place, named);
      const accountId = await world.connectTo(place.endpoint, place.admin);
      if (there !== 'moto') world.account.removeUser('rekey');
      const found: unknown[] = [];
      await world.sweep('full', accountId);
      found.push(await inventoryOf(world, accountId, named));
      await changeSome(place, named);
      // Users and keys this young are not taken for gone.
      world.forward(DAY_MS);
      await world.sweep('full', accountId);
      found.push(await inventoryOf(world, accountId, named));
      results.push(found);
    }
  } finally {
    await moto.stop();
  }
  const [fromMoto, fromStandIn] = results;
  expect(fromMoto?.[0]).toMatchObject({ account: [6, 6, [], null, null], rootKeys: 0 });
  expect(fromMoto?.[1]).toMatchObject({ account: [6, 5, [], null, null] });
  expect(fromMoto).toEqual(fromStandIn);
}, 120_000);
