import type { Actor } from '../../domain/actor.ts';
import { accountOfKeyId } from '../../domain/access-key-id.ts';
import type { Connection } from '../../domain/connection.ts';
import type { ContainmentCard } from '../../domain/containment-card.ts';
import type { Containment } from '../../domain/containment.ts';
import type { KeyUse } from '../../domain/key-use.ts';
import type { LastUse } from '../../domain/last-use.ts';
import type { Ownership } from '../../domain/owner.ts';
import { quarantinePolicies } from '../../domain/quarantine.ts';
import type { KeyStanding } from '../../domain/key-standing.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { readKeyUse } from '../../trail/key-use.ts';
import { authorise } from '../authorise.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { actingConnection, connectedTo } from '../key-policy.ts';
import { drillFor } from '../drills/kept.ts';
import { lookAccounts } from '../look-keys.ts';
import type { Services } from '../services.ts';
import { handsOf, signersFor } from './hands.ts';
import { lookAtUser } from './look-user.ts';
import { openOfKey } from './merge.ts';
import { existingContainment } from './take-back.ts';
import { cardOf } from './tell.ts';

/** What is known of a key before it is shut off; what could not be read says why. Times are ms. */
export interface ContainFacts {
  readonly accessKeyId: string;
  /** Null where the id does not tell. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly connected: boolean;
  readonly userName: string | null;
  /** AWS says that it is a key of the root user. */
  readonly isRoot: boolean;
  readonly status: 'Active' | 'Inactive' | 'Expired' | null;
  readonly lastUse: LastUse | null;
  readonly ownership: Ownership | null;
  readonly kind: KeyStanding['kind'] | null;
  readonly others: readonly { readonly accessKeyId: string; readonly status: string }[];
  readonly quarantine: readonly string[];
  /** Connections that sign as this very user, by name; and how many others may act. */
  readonly signsAs: readonly string[];
  readonly able: number;
  readonly rotating: boolean;
  /** Whoever shuts it off now takes part in a drill. */
  readonly drilled?: boolean;
  readonly containment: Containment | null;
  /** Why AWS could not be asked; null when it answered. */
  readonly trouble: string | null;
}

/** So far back callers are shown; ms. */
export const CALLERS_MS = 6 * 60 * 60_000;
const CALLER_PAGES = 4;

/** Reads what is known of a key, from what is kept and from IAM; nothing here fails for want of an answer. */
export async function lookBeforeContaining(
  services: Services,
  accessKeyId: string,
  signal: AbortSignal,
): Promise<ContainFacts> {
  const { stores } = services;
  const kept = await stores.inventory.keys.byId(accessKeyId);
  const standing = await stores.inventory.standings.byKey(accessKeyId);
  const accountId = kept?.accountId ?? accountOfKeyId(accessKeyId);
  const accounts = await lookAccounts(services);
  const account = accounts.find((each) => each.accountId === accountId) ?? null;
  const ours = connectedTo(await stores.connections.list(), accountId ?? '');
  const asked = await askIam(services, accessKeyId, ours, kept?.userName ?? null, signal);
  const userName = asked.userName ?? kept?.userName ?? null;
  const user = kept === null ? null : await stores.inventory.users.byId(kept.accountId, kept.userId);
  const target = {
    accountId: accountId ?? '',
    userName,
    userId: asked.userId ?? kept?.userId ?? null,
    userArn: asked.arn ?? user?.arn ?? null,
    holders: [],
    keys: [{ accessKeyId, before: 'unread' } as const],
  };
  const { able, same } = await signersFor(services, target);
  return {
    accessKeyId,
    accountId,
    accountName: account?.name ?? null,
    connected: accountId === null || ours.length > 0,
    userName,
    isRoot: asked.isRoot,
    status: asked.keys.find((key) => key.accessKeyId === accessKeyId)?.status ?? kept?.status ?? null,
    lastUse: asked.lastUse ?? kept?.lastUse ?? null,
    ownership: standing?.ownership ?? null,
    kind: standing?.kind ?? null,
    others: asked.keys.filter((key) => key.accessKeyId !== accessKeyId),
    quarantine: asked.quarantine,
    signsAs: same.map(({ name }) => name),
    able: able.length,
    drilled: (await drillFor(services, { accessKeyId, incidentId: null })) !== null,
    rotating: (await stores.rotation.rotations.openOfKey(accessKeyId)) !== null,
    containment: accountId === null ? null : await openOfKey(services, { ...target, accessKeyId }),
    trouble: asked.trouble,
  };
}

interface Asked {
  readonly userName: string | null;
  readonly userId: string | null;
  readonly arn: string | null;
  readonly isRoot: boolean;
  readonly lastUse: LastUse | null;
  readonly keys: readonly {
    readonly accessKeyId: string;
    readonly status: 'Active' | 'Inactive' | 'Expired';
  }[];
  readonly quarantine: readonly string[];
  readonly trouble: string | null;
}

const NOTHING: Asked = {
  userName: null,
  userId: null,
  arn: null,
  isRoot: false,
  lastUse: null,
  keys: [],
  quarantine: [],
  trouble: null,
};

const UNKNOWN: Asked = { ...NOTHING, trouble: 'IAM does not know this key (any more)' };

async function askIam(
  services: Services,
  accessKeyId: string,
  ours: readonly Connection[],
  knownName: string | null,
  signal: AbortSignal,
): Promise<Asked> {
  if (ours.length === 0) return NOTHING;
  const hands = handsOf(services, ours, signal);
  const asOf = services.clock.now();
  try {
    const used = await hands(({ iam }) => iam.accessKeyLastUsed(accessKeyId, signal));
    const lastUse: LastUse =
      used.use === null ? { kind: 'not_seen', asOf } : { kind: 'used', ...used.use, asOf };
    const userName = used.userName ?? knownName;
    if (userName === null) return { ...NOTHING, isRoot: true, lastUse };
    const untouched = { userName, userId: null, deny: null, dateDeny: null };
    const { look, user } = await lookAtUser(services, hands, untouched, signal);
    if (look.user === 'gone') return UNKNOWN;
    return {
      ...NOTHING,
      userName,
      userId: user?.userId ?? null,
      arn: user?.arn ?? null,
      lastUse,
      keys: look.keys ?? [],
      quarantine: quarantinePolicies(look.attached ?? []),
    };
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'no_such_entity') return UNKNOWN;
    if (error instanceof AwsFailure) {
      return { ...NOTHING, trouble: `${error.action}: ${error.code.replaceAll('_', ' ')}` };
    }
    if (error instanceof RekeyError) return { ...NOTHING, trouble: error.message };
    throw error;
  }
}

/** Who called with the key in the last hours, by CloudTrail; a sentence where that cannot be read. */
export async function lookAtCallers(
  services: Services,
  facts: ContainFacts,
  signal: AbortSignal,
): Promise<KeyUse | string> {
  const { accountId, accessKeyId } = facts;
  const connection = accountId === null ? null : await actingConnection(services, accountId, 'watch');
  if (connection === null) return 'No connection of the account may read CloudTrail.';
  const now = services.clock.now();
  try {
    const trail = services.aws.trail(await credentialsOf(services, connection), connection);
    const question = {
      accessKeyId,
      since: now - CALLERS_MS,
      now,
      priority: 'people',
      ownKey: facts.signsAs.length > 0,
      mostPages: CALLER_PAGES,
    } as const;
    return await readKeyUse(trail, question, signal);
  } catch (error) {
    if (error instanceof AwsFailure)
      return `CloudTrail could not be read (${error.code.replaceAll('_', ' ')}).`;
    if (error instanceof RekeyError) return error.message;
    throw error;
  }
}

/** The containment that is under way, or stands, for a key; null when there is none. */
export async function openContainmentOf(
  { stores }: Pick<Services, 'stores'>,
  accessKeyId: string,
): Promise<Containment | null> {
  const kept = await stores.inventory.keys.byId(accessKeyId);
  const accountId = kept?.accountId ?? accountOfKeyId(accessKeyId) ?? '';
  return openOfKey({ stores }, { accountId, accessKeyId, userId: null });
}

/** One containment in full. Viewers may. */
export async function lookContainment(
  services: Services,
  actor: Actor,
  id: string,
): Promise<ContainmentCard> {
  authorise(actor, 'viewer', 'look at containments', services.admins);
  return cardOf(services, await existingContainment(services, id));
}

/** How many are listed. */
export const LISTED = 20;

/** Those that are not over: what is under way or held first, then the newest. Viewers may. */
export async function listContainments(services: Services, actor: Actor): Promise<readonly Containment[]> {
  authorise(actor, 'viewer', 'look at containments', services.admins);
  return services.stores.containments.open(LISTED + 1);
}
