import type { OpenStores } from '../db/open.ts';
import type { Connection } from '../src/domain/connection.ts';
import type { IamUser, InventoryKey } from '../src/domain/inventory.ts';
import { known } from '../src/domain/known.ts';
import { sealedIdentity } from '../src/domain/records.ts';
import { Secret } from '../src/domain/secret.ts';
import type { Services } from '../src/handlers/services.ts';
import type { Write } from '../src/ports/stores.ts';

const DAY_MS = 86_400_000;
const BATCH = 500;

/** A connection by access key, as a connect that passed leaves it, whose capabilities are not known. */
export function connectionFor(
  services: Pick<Services, 'stores' | 'ids' | 'clock' | 'sealer'>,
  from: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string },
): Write[] {
  const { stores, ids, clock, sealer } = services;
  const at = clock.now();
  const { accountId, accessKeyId } = from;
  const connection: Connection = {
    id: ids.next(),
    name: `bench ${accountId}`,
    description: '',
    accountId,
    accountAlias: null,
    partition: 'aws',
    region: null,
    method: 'access_key',
    accessKeyId,
    roleArn: null,
    externalId: null,
    arn: `arn:aws:iam::${accountId}:user/rekey`,
    uniqueId: `AIDA${accountId}`,
    userName: 'rekey',
    keyCreatedAt: null,
    alertChannel: null,
    owners: [],
    state: 'connected',
    lastCheck: null,
    createdBy: 'U0ADMIN',
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
  const row = {
    id: ids.next(),
    holderKind: 'connection',
    holderId: connection.id,
    version: 1,
    createdAt: at,
  } as const;
  const box = sealer.seal(new Secret(from.secretAccessKey), sealedIdentity(row));
  return [stores.connections.insert(connection), stores.secrets.insert({ ...row, box })];
}

/**
 * Fills a database with an account of so many keys, two for each user, as a sweep at `now` (ms) would have left it:
 * with tags, uses and history.
 */
export async function fillInventory(
  stores: OpenStores,
  accountId: string,
  keys: number,
  now: number,
): Promise<void> {
  const { inventory } = stores;
  for (let from = 0; from < keys; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, keys - from) }, (_, n) =>
      keyAt(accountId, from + n, now),
    );
    const users = new Map(some.map(({ userId }, n) => [userId, userAt(accountId, from + n, now)]));
    await stores.atomically([
      inventory.users.put([...users.values()]),
      inventory.keys.put(some),
      inventory.keyHistory.add(
        accountId,
        some.map(({ accessKeyId, status }) => ({
          id: `h${accessKeyId}`,
          accessKeyId,
          at: now,
          what: 'first_seen',
          userId: null,
          detail: { status, userName: 'bench', createdAt: now },
        })),
      ),
    ]);
  }
  await stores.atomically([
    inventory.accounts.insert({
      accountId,
      partition: 'aws',
      rootKeys: known(0, now),
      users: Math.ceil(keys / 2),
      keys,
      fullAt: now,
      sweptAt: now,
      reportAt: now,
      gaps: [],
      running: null,
      trouble: null,
      version: 1,
    }),
  ]);
}

function userIdAt(n: number): string {
  return `AIDA${String(Math.floor(n / 2)).padStart(17, '0')}`;
}

function userAt(accountId: string, n: number, now: number): IamUser {
  const userName = `service-${Math.floor(n / 2)}`;
  return {
    accountId,
    userId: userIdAt(n),
    userName,
    arn: `arn:aws:iam::${accountId}:user/${userName}`,
    createdAt: now - 500 * DAY_MS,
    tags: known({ owner: `team-${n % 40}@example.com`, service: userName }, now),
    console: known(n % 10 === 0, now),
    quarantine: known([], now),
    reportRow: `digest-${n}`,
    firstSeenAt: now,
    keysReadAt: now,
    goneAt: null,
  };
}

function keyAt(accountId: string, n: number, now: number): InventoryKey {
  const at = now - (n % 200) * DAY_MS;
  return {
    accessKeyId: `AKIA${String(n).padStart(16, 'Q')}`,
    accountId,
    userId: userIdAt(n),
    userName: `service-${Math.floor(n / 2)}`,
    status: n % 7 === 0 ? 'Inactive' : 'Active',
    createdAt: now - (n % 400) * DAY_MS,
    description: n % 3 === 0 ? 'for the nightly job' : null,
    lastUse:
      n % 4 === 0
        ? { kind: 'not_seen', asOf: now }
        : { kind: 'used', asOf: now, at, service: 's3', region: null },
    firstSeenAt: now,
    statusSince: now,
    statusSeen: false,
    goneAt: null,
  };
}
