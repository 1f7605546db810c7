import type { Services } from '../../handlers/services.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { NotedKey, OwnIdentity, OwnRotation } from '../../ports/judges.ts';

const MOST_KEYS = 10_000;
const MOST_ROTATIONS = 500;

/** What the inventory knows of an account's keys, as the watcher needs it. */
export interface KnownKeys {
  /** Active ones. */
  readonly ids: readonly string[];
  readonly noted: readonly NotedKey[];
  /** Regions in which AWS says they were last used. */
  readonly regions: ReadonlySet<string>;
  readonly own: OwnIdentity;
}

export async function knownKeys({ stores }: Services, accountId: string): Promise<KnownKeys> {
  const keys = await stores.inventory.keys.page(accountId, null, MOST_KEYS);
  const ids = keys.map(({ accessKeyId }) => accessKeyId);
  const [standings, rotations, connections] = await Promise.all([
    stores.inventory.standings.ofKeys(ids),
    stores.rotation.rotations.page({ state: null, accountId, open: null }, null, MOST_ROTATIONS),
    stores.connections.list(),
  ]);
  const replaced = new Map(
    rotations.flatMap(({ oldKeyId, cutoverAt, state }) =>
      cutoverAt === null || state === 'undone' ? [] : [[oldKeyId, cutoverAt] as const],
    ),
  );
  const kinds = new Map(standings.map(({ accessKeyId, kind }) => [accessKeyId, kind.kind]));
  const noted = ids.flatMap((accessKeyId): NotedKey[] => {
    const found = kinds.get(accessKeyId);
    const kind = found === 'decoy' || found === 'break_glass' ? found : 'ordinary';
    const replacedAt = replaced.get(accessKeyId) ?? null;
    return kind === 'ordinary' && replacedAt === null ? [] : [{ accessKeyId, kind, replacedAt }];
  });
  const ours = connections.filter((connection) => connection.accountId === accountId);
  return {
    ids: keys.filter(({ status }) => status === 'Active').map(({ accessKeyId }) => accessKeyId),
    noted,
    regions: new Set(
      keys.flatMap(({ lastUse }) =>
        lastUse.kind === 'used' && lastUse.region !== null ? [lastUse.region] : [],
      ),
    ),
    own: {
      accessKeyIds: ours.flatMap(({ accessKeyId }) => accessKeyId ?? []),
      changing: rotations
        .filter(({ ownConnectionId }) => ours.some(({ id }) => id === ownConnectionId))
        .flatMap(signingIn),
      roleArns: ours.flatMap(({ roleArn }) => roleArn ?? []),
      rotations: rotations.map(madeBy),
    },
  };
}

/** The keys of a connection that signed while its own key was replaced, beside the one that does now. */
function signingIn({ oldKeyId, newKeyId, cutoverAt, state, endedAt }: Rotation): OwnIdentity['changing'] {
  const before = { accessKeyId: oldKeyId, until: cutoverAt };
  if (newKeyId === null || state === 'done') return [before];
  return [before, { accessKeyId: newKeyId, until: state === 'undone' ? endedAt : null }];
}

/** The keys Rekey made for a rotation, as its journal has them. */
function madeBy(rotation: Rotation): OwnRotation {
  const { snapshot, newKeyId, intents, orphans } = rotation;
  const lost = orphans.map(({ accessKeyId }) => accessKeyId);
  return {
    userName: snapshot.userName,
    made: [...new Set([...(newKeyId === null ? [] : [newKeyId]), ...lost])],
    tries: intents.map(({ nonce, openedAt, closesAt }) => ({ nonce, from: openedAt, to: closesAt })),
    triedTo: rotation.cutoverAt ?? rotation.endedAt,
  };
}
