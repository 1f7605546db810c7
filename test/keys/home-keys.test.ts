import { expect, test } from 'vitest';
import { keyNeeds } from '../../commands/home-keys.ts';
import type { Actor, Role } from '../../src/domain/actor.ts';
import { assessAccount } from '../../src/handlers/assess-keys.ts';
import { lookHomeKeys } from '../../src/handlers/look-home-keys.ts';
import { ACCOUNT, DAY, NOW, sampleKey, sampleUser } from '../domain/key-samples.ts';
import { KeysBench } from './bench.ts';

const GROUP = 'S0BILLING';

function actor(userId: string, ...roles: Role[]): Actor {
  return { teamId: 'T1', userId, roles, rolesUnsure: null };
}

/** So many old keys, whose users name a group by tag. */
async function taggedBench(count: number): Promise<KeysBench> {
  const bench = await KeysBench.open();
  await bench.connect();
  bench.slack.addUserGroup({ id: GROUP, handle: 'billing', users: ['U0OWNER'] });
  const tags = { known: true, value: { owner: 'billing' }, asOf: NOW } as const;
  const ids = Array.from({ length: count }, (_, at) => String(at).padStart(16, '0'));
  await bench.keep(
    ids.map((id) => sampleUser({ userId: `AIDA${id}`, userName: `svc-${id}`, tags })),
    ids.map((id) =>
      sampleKey({
        accessKeyId: `AKIA${id}`,
        userId: `AIDA${id}`,
        userName: `svc-${id}`,
        createdAt: NOW - 99 * DAY,
      }),
    ),
  );
  await assessAccount(bench.services, ACCOUNT);
  return bench;
}

test('Home shows people of a group that a tag names the keys of that group, and nobody else', async () => {
  await using bench = await taggedBench(2);
  const own = async (userId: string) => (await lookHomeKeys(bench.services, actor(userId))).own.length;
  expect(await own('U0OWNER')).toBe(2);
  expect(await own('U0ADMIN')).toBe(0);
});

test('Home sends nobody to a list that they may not see', async () => {
  await using bench = await taggedBench(5);
  const words = async (...roles: Role[]) =>
    JSON.stringify(keyNeeds(await lookHomeKeys(bench.services, actor('U0OWNER', ...roles)), NOW));
  expect(await words('viewer')).toContain('`/aws-keys mine` lists them.');
  const unknown = await words();
  expect(unknown).toContain('With the role viewer, `/aws-keys mine`');
  expect(unknown).not.toContain('need you: `/aws-keys mine`');
});
