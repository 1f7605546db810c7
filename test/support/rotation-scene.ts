import { ROTATE_TAG } from '../../src/domain/capability.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { DAY, setKeys, type KeyScene, type Planted } from './keys.ts';
import { PEOPLE, type Scene } from './rekey.ts';

const ROTATED = { [ROTATE_TAG.key]: ROTATE_TAG.value };

/** Users to be rotated: one with a destination, one without, one with two keys. */
const SAMPLE: readonly Planted[] = [
  {
    name: 'deploy',
    ageDays: 200,
    usedDays: 1,
    owner: PEOPLE.nobody,
    tags: { ...ROTATED, owner: PEOPLE.nobody },
  },
  {
    name: 'backup',
    ageDays: 200,
    usedDays: 1,
    owner: PEOPLE.viewer,
    tags: { ...ROTATED, owner: PEOPLE.viewer },
  },
  { name: 'unbound', ageDays: 100, usedDays: 1, tags: ROTATED },
  { name: 'ci-runner', ageDays: 30, usedDays: 2, tags: ROTATED },
  { name: 'ci-runner', ageDays: 10, usedDays: 1, tags: ROTATED },
];

/** An account whose connection may do all that a rotation takes, with a secret bound to `deploy` and to `backup`. */
export async function setRotations(scene: Scene): Promise<KeyScene> {
  const keys = await setKeys(scene, SAMPLE, [
    'verify',
    'inventory',
    'rotate_self',
    'rotate_others',
    'watch',
    'deliver',
  ]);
  const stores = await scene.stores();
  const [connection] = await stores.connections.list();
  const target = (name: string) => ({
    region: 'us-east-1',
    name: `rekey/${name}`,
    mode: 'replace',
    fields: { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' },
    kmsKeyId: null,
  });
  const now = Date.now();
  const by = { createdBy: PEOPLE.admin, createdAt: now - DAY };
  await stores.atomically(
    ['deploy', 'backup'].flatMap((name) => {
      const user = keys.account.users.get(name);
      return [
        stores.rotation.destinations.insert(
          destination({
            id: `d-${name}`,
            name: `Secret of ${name}`,
            connectionId: connection?.id ?? '',
            target: target(name),
            ...by,
          }),
        ),
        stores.rotation.bindings.insert(
          binding({
            id: `b-${name}`,
            destinationId: `d-${name}`,
            accountId: keys.account.id,
            userId: user?.userId ?? '',
            userName: name,
            administrator: { known: true, value: false, asOf: now },
            ...by,
          }),
        ),
      ];
    }),
  );
  await stores.close();
  return keys;
}
