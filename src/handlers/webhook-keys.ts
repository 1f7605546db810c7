import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import type { Doer } from '../domain/actor.ts';
import { sealedIdentity } from '../domain/records.ts';
import type { SealedSecret } from '../domain/records.ts';
import { Secret } from '../domain/secret.ts';
import { isConflict, RekeyError } from '../errors.ts';
import { newWebhookKey, openWebhookSigner } from '../outward/webhook-keys.ts';
import type { PublishedKey, WebhookSigner } from '../ports/outward.ts';
import type { Write } from '../ports/stores.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** The holder of the sealed keys, and the setting that stands for it. */
const HOLDER = 'webhook_keys';

/** What is sealed: private keys, newest first; two while a new one is made known. */
const sealed = z.tuple([z.string()], z.string());

type Keeping = Pick<Services, 'stores' | 'sealer' | 'clock' | 'ids'>;

/** Signs what goes to webhooks. The first who asks makes the key, whichever instance that is; it is kept sealed. */
export async function webhookSigner(services: Keeping): Promise<WebhookSigner> {
  const kept = await keysKept(services);
  if (kept !== null) return openWebhookSigner(kept.keys);
  try {
    const by = {
      doer: { kind: 'rekey' },
      verb: 'webhook_keys.make',
      correlationId: services.ids.next(),
    } as const;
    await services.stores.atomically(keeping(services, [newWebhookKey()], 1, by));
  } catch (error) {
    // Another instance made one in the same moment: that one holds.
    if (!isConflict(error)) throw error;
  }
  const made = await keysKept(services);
  if (made === null) throw new RekeyError('internal', 'The keys for webhooks were not kept.');
  return openWebhookSigner(made.keys);
}

/** The public keys receivers may trust, newest first. */
export async function publishedWebhookKeys(services: Keeping): Promise<readonly PublishedKey[]> {
  return (await webhookSigner(services)).keys;
}

/** Begins the change to a new key: until {@link retireWebhookKey}, messages carry a signature of each. */
export async function turnWebhookKey(services: Services, request: Request): Promise<readonly PublishedKey[]> {
  authorise(request.actor, 'admin', 'change the keys for webhooks', services.admins);
  const { keys, version } = await keysToChange(services);
  if (keys.length > 1) {
    throw new RekeyError('conflict', 'A change of the key is under way.', {
      next: 'Let receivers take the new key, then retire the old one.',
    });
  }
  return change(services, request, 'webhook_keys.turn', [newWebhookKey(), ...keys], version);
}

/** Ends the change: the old key no longer signs. */
export async function retireWebhookKey(
  services: Services,
  request: Request,
): Promise<readonly PublishedKey[]> {
  authorise(request.actor, 'admin', 'change the keys for webhooks', services.admins);
  const { keys, version } = await keysToChange(services);
  if (keys.length < 2) throw new RekeyError('conflict', 'There is one key only: nothing to retire.');
  return change(services, request, 'webhook_keys.retire', keys.slice(0, 1), version);
}

async function keysToChange(services: Keeping): Promise<{ keys: readonly Secret[]; version: number }> {
  await webhookSigner(services);
  const kept = await keysKept(services);
  if (kept === null) throw new RekeyError('internal', 'The keys for webhooks were not kept.');
  return kept;
}

async function change(
  services: Services,
  request: Request,
  verb: string,
  keys: readonly Secret[],
  version: number,
): Promise<readonly PublishedKey[]> {
  const by = { doer: personOf(request.actor), verb, correlationId: request.correlationId };
  await claimAndWrite(services, request, [
    services.stores.secrets.erase(HOLDER, HOLDER),
    ...keeping(services, keys, version + 1, by),
  ]);
  return openWebhookSigner(keys).keys;
}

async function keysKept({
  stores,
  sealer,
}: Keeping): Promise<{ readonly keys: readonly Secret[]; readonly version: number } | null> {
  const row = await stores.secrets.newest(HOLDER, HOLDER);
  if (row === null) return null;
  const texts = sealed.parse(JSON.parse(sealer.open(row.box, sealedIdentity(row)).reveal()));
  return { keys: texts.map((text) => new Secret(text)), version: row.version };
}

/** Keeps these keys as a version of its own: a second row of the same version is a `conflict`. */
function keeping(
  { stores, sealer, clock, ids }: Keeping,
  keys: readonly Secret[],
  version: number,
  by: { readonly doer: Doer; readonly verb: string; readonly correlationId: string },
): Write[] {
  const now = clock.now();
  const row: Omit<SealedSecret, 'box'> = {
    id: ids.next(),
    holderKind: HOLDER,
    holderId: HOLDER,
    version,
    createdAt: now,
  };
  const secret = new Secret(JSON.stringify(keys.map((key) => key.reveal())));
  const shown = openWebhookSigner(keys).keys;
  const detail = { keys: shown.map(({ id }) => id) };
  return [
    stores.secrets.insert({ ...row, box: sealer.seal(secret, sealedIdentity(row)) }),
    stores.settings.set(HOLDER, JSON.stringify(shown), now),
    auditOutcome({ stores, ids, clock }, { ...by, entityKind: 'settings', entityId: HOLDER, detail }, 'done'),
  ];
}
