import type { Account } from '../../sandbox/aws/accounts/account.ts';
import type { NewKey } from '../../sandbox/aws/world.ts';
import { assessKey } from '../../src/domain/assess-key.ts';
import type { AccountInventory, IamUser, InventoryKey } from '../../src/domain/inventory.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { Ownership } from '../../src/domain/owner.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import type { Capability } from '../../src/domain/verification.ts';
import { connectKey } from './acting.ts';
import { PEOPLE, type Scene } from './rekey.ts';

export const DAY = 86_400_000;

/** One account with a key of every kind of trouble, connected as “Shop” and read a moment ago. */
export interface KeyScene {
  readonly account: Account;
  /** Access key ids by the name of their user; the second key of a user has `-2` behind it. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface Planted {
  readonly name: string;
  readonly ageDays: number;
  readonly usedDays?: number;
  readonly inactiveDays?: number;
  readonly owner?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly console?: boolean;
}

const SAMPLE: readonly Planted[] = [
  { name: 'deploy-shop', ageDays: 200, usedDays: 1, owner: PEOPLE.nobody, tags: { owner: PEOPLE.nobody } },
  { name: 'backup', ageDays: 80, usedDays: 0.5 },
  { name: 'old-job', ageDays: 85, usedDays: 60 },
  { name: 'retired', ageDays: 85, usedDays: 84, inactiveDays: 60 },
  { name: 'ci-runner', ageDays: 30, usedDays: 2 },
  { name: 'ci-runner', ageDays: 10, usedDays: 1 },
  { name: 'fresh', ageDays: 5, usedDays: 1, owner: PEOPLE.viewer, tags: { owner: PEOPLE.viewer } },
  { name: 'never-ever', ageDays: 70, console: true },
];

/** Makes the account, connects it as a person does and keeps what a sweep of it finds. After `scene.start()`. */
export async function setKeys(
  scene: Scene,
  sample: readonly Planted[] = SAMPLE,
  capabilities: readonly Capability[] = ['verify', 'inventory'],
): Promise<KeyScene> {
  const account = scene.aws.world.addAccount({ id: '222233334444', alias: 'shop' });
  const target = { partition: account.partition, accountId: account.id } as const;
  const documents = policiesFor(capabilities, {
    ...target,
    principal: { kind: 'user', arn: null },
  });
  const attached = documents.map((document, at) => account.addPolicy(`rekey-${at}`, document).arn);
  const key = account.addUser('rekey', { attached }).addKey({ createdAt: Date.now() - DAY });
  const ids: Record<string, string> = {};
  for (const one of sample) {
    const id = addTo(account, one).accessKeyId;
    ids[Object.hasOwn(ids, one.name) ? `${one.name}-2` : one.name] = id;
  }
  const ada = scene.slack.as(PEOPLE.admin);
  await (await connectKey(ada, 'Shop', key)).close('x');
  await swept(scene, account);
  await keepInventory(scene, account, sample);
  return { account, ids };
}

/** Waits for the sweep that a new connection brings, and for its assessment, which would else come between. */
async function swept(scene: Scene, { id, users }: Account): Promise<void> {
  const stores = await scene.stores();
  const { accounts, standings } = stores.inventory;
  const keys = [...users.values()].flatMap((user) => user.keys.existing());
  const until = Date.now() + 60_000;
  for (;;) {
    const account = await accounts.byId(id);
    const assessed = await Promise.all(keys.map(({ accessKeyId }) => standings.byKey(accessKeyId)));
    const isRead = account !== null && account.fullAt !== null && account.running === null;
    if (isRead && !assessed.includes(null)) break;
    if (Date.now() > until) throw new Error(`No sweep ended: ${JSON.stringify(account)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stores.close();
}

function addTo(account: Account, { name, ageDays, usedDays, inactiveDays, tags, console }: Planted): NewKey {
  const user =
    account.users.get(name) ??
    account.addUser(name, {
      createdAt: Date.now() - ageDays * DAY,
      ...(tags === undefined ? {} : { tags }),
      ...(console === true ? { consolePassword: true } : {}),
    });
  return user.addKey({
    createdAt: Date.now() - ageDays * DAY,
    ...(inactiveDays === undefined ? {} : { status: 'Inactive' }),
    ...(usedDays === undefined
      ? {}
      : { lastUsed: { at: Date.now() - usedDays * DAY, service: 's3', region: 'eu-west-1' } }),
  });
}

/** Keeps users, keys and standings as they come out of a sweep that saw all of it. */
async function keepInventory(scene: Scene, account: Account, sample: readonly Planted[]): Promise<void> {
  const now = Date.now();
  const users = [...account.users.values()].map((user) => iamUser(user, account.id, now));
  const keys = [...account.users.values()].flatMap((user) =>
    user.keys.existing().map((key) => {
      const planted = sample.find(({ name }) => name === user.name);
      return inventoryKey(user, key, account.id, now, planted);
    }),
  );
  const stores = await scene.stores();
  const { inventory } = stores;
  const before = await inventory.accounts.byId(account.id);
  const row: AccountInventory = {
    accountId: account.id,
    partition: account.partition,
    rootKeys: { known: true, value: 0, asOf: now },
    users: users.length,
    keys: keys.length,
    fullAt: now,
    sweptAt: now,
    reportAt: null,
    gaps: [],
    running: null,
    trouble: null,
    version: (before?.version ?? 0) + 1,
  };
  const standings = keys.map((key) => {
    const user = users.find(({ userId }) => userId === key.userId) ?? null;
    const siblings = keys.filter(({ userId }) => userId === key.userId);
    const ownership = ownershipOf(sample.find(({ name }) => name === key.userName)?.owner);
    const facts = { key, user, siblings, choices: null, snooze: null, policy: DEFAULT_KEY_POLICY, ownership };
    return assessKey(facts, now);
  });
  await stores.atomically([
    before === null ? inventory.accounts.insert(row) : inventory.accounts.update(row),
    inventory.users.put(users),
    inventory.keys.put(keys),
    inventory.standings.put(standings),
  ]);
  await stores.close();
}

function ownershipOf(userId: string | undefined): Ownership {
  return userId === undefined
    ? { known: false, why: 'no tag owner or email' }
    : { known: true, owners: [{ kind: 'user', userId }], from: 'tag' };
}

type StandInUser = ReturnType<Account['addUser']>;

function iamUser(user: StandInUser, accountId: string, now: number): IamUser {
  return {
    accountId,
    userId: user.userId,
    userName: user.name,
    arn: user.arn,
    createdAt: user.createdAt,
    tags: { known: true, value: Object.fromEntries(user.tags), asOf: now },
    console: { known: true, value: user.loginProfileAt !== null, asOf: now },
    quarantine: { known: true, value: [], asOf: now },
    reportRow: null,
    firstSeenAt: now,
    keysReadAt: now,
    goneAt: null,
  };
}

function inventoryKey(
  user: StandInUser,
  key: ReturnType<StandInUser['keys']['existing']>[number],
  accountId: string,
  now: number,
  planted: Planted | undefined,
): InventoryKey {
  const { accessKeyId, createdAt, lastUsed, currentStatus } = key;
  const inactive = planted?.inactiveDays;
  return {
    accessKeyId,
    accountId,
    userId: user.userId,
    userName: user.name,
    status: currentStatus === 'Active' ? 'Active' : 'Inactive',
    createdAt,
    description: null,
    lastUse: lastUsed === null ? { kind: 'not_seen', asOf: now } : { kind: 'used', ...lastUsed, asOf: now },
    firstSeenAt: now - (inactive ?? 0) * DAY,
    statusSince: now - (inactive ?? 0) * DAY,
    statusSeen: inactive !== undefined,
    goneAt: null,
  };
}
