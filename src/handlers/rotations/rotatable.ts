import { holds } from '../../domain/actor.ts';
import type { Actor } from '../../domain/actor.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { RekeyError } from '../../errors.ts';
import { ANY_KEY, type KeyRow } from '../../ports/inventory.ts';
import { policyHolder } from '../key-policy.ts';
import { lookHomeKeys } from '../look-home-keys.ts';
import { ownsKey } from '../owns-key.ts';
import { alertChannel } from '../settings.ts';
import type { Services } from '../services.ts';
import { mayStart } from './may-start.ts';

/** Keys of one name that a window shows; users of the same name may be in several accounts. */
export const SHOWN_NAMED = 20;
/** Keys that are looked through for those somebody may see. */
const LOOKED_THROUGH = 200;

/**
 * The keys of the users of this name: of exactly this one, ignoring case, else of those whose name holds it. Who may
 * not look at keys finds those they own. Throws `not_found` when there are none.
 */
export async function keysNamed(services: Services, actor: Actor, userName: string): Promise<KeyRow[]> {
  const { standings } = services.stores.inventory;
  const found = await standings.page({ ...ANY_KEY, userName }, null, LOOKED_THROUGH);
  const seen = holds(actor.roles, 'viewer') ? found : await owned(services, actor, found);
  const name = userName.toLowerCase();
  const exact = seen.filter(({ key }) => key.userName.toLowerCase() === name);
  const rows = exact.length > 0 ? exact : seen;
  if (rows.length > 0) return rows;
  throw new RekeyError('not_found', 'Rekey knows no key of such a user that you may see.', {
    next: 'Type `/aws-rotate` with an access key ID or a user name; `/aws-keys` lists the keys.',
  });
}

async function owned(services: Services, actor: Actor, rows: readonly KeyRow[]): Promise<KeyRow[]> {
  const mine = await Promise.all(
    rows.map(({ standing }) => ownsKey(services, actor, standing?.ownership ?? null)),
  );
  return rows.filter((_, at) => mine[at]);
}

/** The most urgent keys that this person may rotate: those of all for operators, else their own. */
export async function urgentKeys(services: Services, actor: Actor): Promise<KeyRow[]> {
  const { own, urgent } = await lookHomeKeys(services, actor);
  const rows = new Map([...own, ...urgent].map((row) => [row.key.accessKeyId, row]));
  const needy = [...rows.values()].filter(({ key }) => key.status === 'Active');
  const may = await Promise.all(needy.map(({ key }) => mayStart(services, actor, key)));
  return needy.filter((_, at) => may[at]?.allowed === true);
}

/** The open rotation of a key's user: AWS's limit of two keys leaves room for one. */
export async function openRotationOf(
  { stores }: Pick<Services, 'stores'>,
  key: { readonly accountId: string; readonly userId: string },
): Promise<Rotation | null> {
  const [open] = await stores.rotation.rotations.openOfUser(key.accountId, key.userId);
  return open ?? null;
}

/** Where the message of a rotation goes: the channel of its account, the workspace's, or whoever asked. */
export async function cardPlace(
  services: Pick<Services, 'stores' | 'defaultAlertChannel'>,
  accountId: string,
  userId: string,
): Promise<NoticePlace> {
  const connections = await services.stores.connections.list();
  const own = policyHolder(connections, accountId)?.alertChannel ?? null;
  const channelId = own ?? (await alertChannel(services)).channelId;
  return channelId === null ? { kind: 'person', userId } : { kind: 'channel', channelId };
}
