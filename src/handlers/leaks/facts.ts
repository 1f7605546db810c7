import { canaryOwner } from '../../domain/canary.ts';
import type { ExposedKey, LeakedKey } from '../../domain/leak.ts';
import { SEVERITIES, type NoticePlace, type Severity } from '../../domain/notice.ts';
import { connectedTo } from '../key-policy.ts';
import type { Services } from '../services.ts';
import { alertChannel } from '../settings.ts';

/** A key with what is known of it, and where its alert goes. */
export interface PlacedKey extends LeakedKey {
  readonly places: readonly NoticePlace[];
}

type Reading = Pick<Services, 'stores' | 'admins' | 'defaultAlertChannel'>;

/** What the database knows of keys; nothing is asked of AWS, and no secret is tried. */
export async function factsOf(services: Reading, keys: readonly ExposedKey[]): Promise<PlacedKey[]> {
  const { stores } = services;
  const connections = await stores.connections.list();
  const standings = await stores.inventory.standings.ofKeys(keys.map(({ accessKeyId }) => accessKeyId));
  const fallback = await placesWithout(services);
  const facts = keys.map(async (key): Promise<PlacedKey> => {
    const kept = await stores.inventory.keys.byId(key.accessKeyId);
    const own = connections.find((each) => each.accessKeyId === key.accessKeyId);
    const accountId = kept?.accountId ?? own?.accountId ?? key.accountId;
    const ours = accountId === null ? [] : connectedTo(connections, accountId);
    const channelId = ours.find((each) => each.alertChannel !== null)?.alertChannel ?? null;
    const standing = standings.find(({ accessKeyId }) => accessKeyId === key.accessKeyId);
    return {
      ...key,
      accountId,
      accountName: ours[0]?.name ?? null,
      known:
        kept === null
          ? null
          : {
              userName: kept.userName,
              status: kept.goneAt === null ? kept.status : 'gone',
              ownership: standing?.ownership ?? null,
            },
      decoyOf: accountId === null ? null : canaryOwner(accountId),
      places: channelId === null ? fallback : [{ kind: 'channel', channelId }],
    };
  });
  return Promise.all(facts);
}

/** Where alerts go that concern no connected account. */
export async function placesWithout(services: Reading): Promise<readonly NoticePlace[]> {
  const { channelId } = await alertChannel(services);
  if (channelId !== null) return [{ kind: 'channel', channelId }];
  return services.admins.map((userId) => ({ kind: 'person', userId }));
}

/** How bad it is that this key is known to whoever reads the channel. */
function severityOf({ kind, accountName, known, decoyOf }: LeakedKey): Severity {
  if (decoyOf !== null || known?.status === 'gone') return 'low';
  if (known?.status === 'Inactive' || known?.status === 'Expired') return 'medium';
  return accountName === null || kind === 'session' ? 'high' : 'critical';
}

/** That of the worst; of a secret whose key nobody knows, *medium*. */
export function worstOf(keys: readonly LeakedKey[]): Severity {
  const all = keys.map(severityOf);
  return SEVERITIES[Math.max(...all.map((each) => SEVERITIES.indexOf(each)))] ?? 'medium';
}
