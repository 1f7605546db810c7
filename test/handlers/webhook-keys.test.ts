import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStores } from '../../db/open.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import type { Request } from '../../src/handlers/request.ts';
import type { Services } from '../../src/handlers/services.ts';
import {
  publishedWebhookKeys,
  retireWebhookKey,
  turnWebhookKey,
  webhookSigner,
} from '../../src/handlers/webhook-keys.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function open(url: string): Promise<Services> {
  const log = recordingLog();
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log });
  onTestFinished(() => stores.close());
  const sealer = createSealer(parseMasterKeys(randomBytes(32).toString('base64')));
  const ids = createIds(systemClock);
  // What these handlers use of them.
  return {
    stores,
    sealer,
    ids,
    clock: systemClock,
    log,
    admins: ['U0ADMIN'],
    teamId: 'T1',
  } as unknown as Services;
}

let requests = 0;

function request(userId = 'U0ADMIN', roles: Request['actor']['roles'] = ['admin']): Request {
  requests += 1;
  const actor = { teamId: 'T1', userId, roles } as Request['actor'];
  return {
    actor,
    correlationId: `c${requests}`,
    viewId: null,
    claimId: `claim${requests}`,
    name: 'webhook-keys',
  };
}

describe.each(['sqlite', 'postgres'] as const)('the keys for webhooks on %s', (engine) => {
  const fresh = async () =>
    open(engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : await freshDatabase());

  it('are made once, however many ask at once, and kept sealed', async () => {
    const services = await fresh();
    const signers = await Promise.all([
      webhookSigner(services),
      webhookSigner(services),
      webhookSigner(services),
    ]);
    const again = await publishedWebhookKeys(services);
    expect(again).toHaveLength(1);
    for (const signer of signers) expect(signer.keys).toEqual(again);
    expect(again[0]?.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    expect(await services.stores.secrets.orphans()).toEqual([]);
    const shown = (await services.stores.settings.get('webhook_keys')) ?? '';
    expect(JSON.parse(shown)).toEqual(again);
  });

  it('change in two steps, by an admin: both sign, then the new one alone', async () => {
    const services = await fresh();
    const [first] = await publishedWebhookKeys(services);
    await expect(turnWebhookKey(services, request('U0VIEWER', ['viewer']))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(retireWebhookKey(services, request())).rejects.toMatchObject({ code: 'conflict' });
    const both = await turnWebhookKey(services, request());
    expect(both).toHaveLength(2);
    expect(both[1]).toEqual(first);
    const signer = await webhookSigner(services);
    expect(signer.sign({ id: 'm', at: 1, body: '{}' }).split(' ')).toHaveLength(2);
    await expect(turnWebhookKey(services, request())).rejects.toMatchObject({ code: 'conflict' });
    expect(await retireWebhookKey(services, request())).toEqual([both[0]]);
    expect(await publishedWebhookKeys(services)).toEqual([both[0]]);
  });
});
