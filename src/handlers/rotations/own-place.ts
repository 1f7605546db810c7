import { quotedName } from '../../domain/connection.ts';
import type { Connection } from '../../domain/connection.ts';
import { sealedIdentity } from '../../domain/records.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { isConflict } from '../../errors.ts';
import type { DeliveredKey, Holding, Written } from '../../ports/destination.ts';
import type { RefusedPlace, RotationPlace } from '../../ports/rotation-world.ts';
import type { Write } from '../../ports/stores.ts';
import type { Services } from '../services.ts';

type Keeping = Pick<Services, 'stores' | 'sealer' | 'clock' | 'ids' | 'instances'>;

const RETRY_MS = 1_000;

/**
 * Rekey itself as the consumer of a connection's own key. Both versions stay sealed until the rotation has ended; it
 * holds the new one when every instance that lives has opened it.
 */
export async function ownPlace(services: Keeping, rotation: Rotation): Promise<RotationPlace | RefusedPlace> {
  const connection = await ownConnection(services, rotation);
  if (connection === null) return { refused: 'The connection whose key this is no longer exists.' };
  return {
    name: `Rekey itself, ${quotedName(connection.name)}`,
    target: {},
    place: {
      preflight: () => Promise.resolve({ answer: 'yes', warnings: [] }),
      write: (_, key) => handOver(services, rotation, key),
      holds: (_, accessKeyId) => heldBy(services, rotation, accessKeyId),
      restore: (_, before) => handBack(services, rotation, before),
    },
  };
}

async function ownConnection(
  { stores }: Pick<Services, 'stores'>,
  { ownConnectionId }: Rotation,
): Promise<Connection | null> {
  const found = ownConnectionId === null ? null : await stores.connections.byId(ownConnectionId);
  return found?.state === 'connected' && found.method === 'access_key' ? found : null;
}

async function handOver(services: Keeping, rotation: Rotation, key: DeliveredKey): Promise<Written> {
  const { stores, sealer, clock, ids } = services;
  const connection = await ownConnection(services, rotation);
  if (connection === null) return gone();
  const before = key.replacesKeyId;
  if (connection.accessKeyId === key.accessKeyId) return { ok: true, before };
  if (connection.accessKeyId !== before) return replaced(connection);
  const newest = await stores.secrets.newest('connection', connection.id);
  const row = {
    id: ids.next(),
    holderKind: 'connection',
    holderId: connection.id,
    version: (newest?.version ?? 0) + 1,
  } as const;
  const box = sealer.seal(key.secretAccessKey, sealedIdentity(row));
  const now = clock.now();
  return kept(services, before, [
    stores.secrets.insert({ ...row, box, createdAt: now }),
    stores.connections.update(signingWith(connection, key.accessKeyId, now)),
  ]);
}

/** Back to the old key: its version is still sealed, and the newest when the new one is erased. */
async function handBack(services: Keeping, rotation: Rotation, before: string): Promise<Written> {
  const { stores, clock } = services;
  const connection = await ownConnection(services, rotation);
  if (connection === null) return gone();
  if (connection.accessKeyId === before) return { ok: true, before: null };
  if (connection.accessKeyId !== rotation.newKeyId) return replaced(connection);
  const [newest, earlier] = await stores.secrets.ofHolder('connection', connection.id);
  if (newest === undefined || earlier === undefined) {
    return stopped(
      'the secret of the old key is no longer kept',
      'Use Replace credentials on the connection.',
    );
  }
  return kept(services, null, [
    stores.secrets.eraseOne(newest.id),
    stores.connections.update(signingWith(connection, before, clock.now())),
  ]);
}

async function heldBy(services: Keeping, rotation: Rotation, accessKeyId: string): Promise<Holding> {
  const connection = await ownConnection(services, rotation);
  if (connection === null) return { answer: 'no', why: 'the connection is gone' };
  if (connection.accessKeyId !== accessKeyId) {
    return { answer: 'no', why: 'the connection signs with another key' };
  }
  const living = await services.instances.signers();
  const behind = living.filter(({ signsWith }) => signsWith?.[connection.id] !== accessKeyId);
  if (behind.length === 0) return { answer: 'yes', why: null };
  return {
    answer: 'unknown',
    why: `${behind.length} of ${living.length} instances have not taken it up yet`,
  };
}

function signingWith(connection: Connection, accessKeyId: string, now: number): Connection {
  const { lastCheck } = connection;
  return {
    ...connection,
    accessKeyId,
    keyCreatedAt: now,
    // What the check found is true of the user, whichever key signs.
    lastCheck:
      lastCheck?.status === 'verified'
        ? { ...lastCheck, report: { ...lastCheck.report, accessKeyId, keyCreatedAt: now } }
        : lastCheck,
    updatedAt: now,
    version: connection.version + 1,
  };
}

async function kept(
  { stores, clock }: Keeping,
  before: string | null,
  writes: readonly Write[],
): Promise<Written> {
  try {
    await stores.atomically(writes);
    return { ok: true, before };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const why = 'the connection was changed in the same moment';
    return { ok: false, why, mend: 'Rekey tries again.', final: false, retryAt: clock.now() + RETRY_MS };
  }
}

function replaced({ name }: Connection): Written {
  return stopped(
    `the credentials of ${quotedName(name)} were replaced by others`,
    'Look at the connection: it no longer signs with the key that is rotated.',
  );
}

function gone(): Written {
  return stopped('the connection is gone', 'Take the rotation back.');
}

function stopped(why: string, mend: string): Written {
  return { ok: false, why, mend, final: true, retryAt: null };
}
