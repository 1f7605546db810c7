import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenStores } from '../../db/open.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { EVERY_KEY, type KeyQuery } from '../../src/domain/key-query.ts';
import { exportKeys } from '../../src/handlers/export-keys.ts';
import { lookHome } from '../../src/handlers/look-home.ts';
import { FIRST_PAGE, KEYS_PAGE, lookKeys, type KeysLook } from '../../src/handlers/look-keys.ts';
import { previewPolicy } from '../../src/handlers/preview-policy.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { Services } from '../../src/handlers/services.ts';
import * as samples from '../db/key-samples.ts';
import { counted, type Asked } from '../support/counted-stores.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';

const KEYS = 6_000;
const ACCOUNT = '123456789012';
const DAY = 86_400_000;
const ada: Actor = { teamId: 'T0REKEY', userId: PEOPLE.admin, roles: ['admin'], rolesUnsure: null };

describe.each(['sqlite', 'postgres'] as const)('six thousand keys on %s', (engine) => {
  let scene: Scene;
  let open: OpenStores;

  beforeAll(async () => {
    scene = await Scene.set('http', engine);
    await scene.start();
    open = await scene.stores();
    const { inventory } = open;
    const users = Array.from({ length: 5_000 }, (_, at) =>
      samples.user({ userId: `AIDA${at}`, userName: `user-${at}`, createdAt: Date.now() - 400 * DAY }),
    );
    const keys = Array.from({ length: KEYS }, (_, at) =>
      samples.key({
        accessKeyId: `AKIA${String(at).padStart(16, '0')}`,
        userId: `AIDA${at % 5_000}`,
        userName: `user-${at % 5_000}`,
        createdAt: Date.now() - (at % 200) * DAY,
      }),
    );
    const standings = keys.map(({ accessKeyId }, at) =>
      samples.standing(accessKeyId, at % 977, at % 3 === 0 ? ['over_age'] : []),
    );
    await open.atomically([
      inventory.accounts.insert(samples.account({ users: 5_000, keys: KEYS, sweptAt: Date.now() })),
      inventory.users.put(users),
      inventory.keys.put(keys),
    ]);
    for (let from = 0; from < KEYS; from += 1_000) {
      await open.atomically([inventory.standings.put(standings.slice(from, from + 1_000))]);
    }
  }, 120_000);

  afterAll(async () => {
    await open.close();
    await scene.strike();
  });

  /** As much of the services as looking takes, its stores counted. */
  function looking(): { readonly services: Services; readonly asked: Asked } {
    const { stores, asked } = counted(open.inventory);
    const services = {
      stores: { ...open, inventory: stores },
      clock: systemClock,
      log: recordingLog(),
      admins: [PEOPLE.admin],
      defaultAlertChannel: null,
      hostIdentity: () => Promise.resolve({ available: false, why: '', mend: '' }),
      files: {
        sendText: () => Promise.resolve({ ok: true }),
        send: () => Promise.resolve({ ok: true }),
      },
      ids: { next: () => `id-${Math.round(systemClock.now())}` },
    } as unknown as Services;
    return { services, asked };
  }

  function after(look: KeysLook): KeysLook['place'] {
    const last = look.rows.at(-1);
    return {
      from: { after: { urgency: last?.standing?.urgency ?? -1, accessKeyId: last?.key.accessKeyId ?? '' } },
      page: look.place.page + 1,
    };
  }

  it('are paged from one end to the other, each once, with as many rows read as are shown', async () => {
    const { services, asked } = looking();
    const seen = new Set<string>();
    let look = await lookKeys(services, ada, EVERY_KEY, FIRST_PAGE);
    let pages = 0;
    for (;;) {
      for (const { key } of look.rows) seen.add(key.accessKeyId);
      pages += 1;
      // A page and one row more; the accounts, and two counts.
      expect(asked.rows).toBeLessThanOrEqual(KEYS_PAGE + 1 + 1 + 2);
      expect(Object.fromEntries(asked.calls)).toEqual({
        'accounts.list': 1,
        'standings.count': 2,
        'standings.page': 1,
      });
      if (!look.hasNext || pages === 40) break;
      asked.rows = 0;
      asked.calls.clear();
      look = await lookKeys(services, ada, EVERY_KEY, after(look));
    }
    expect(seen.size).toBe(40 * KEYS_PAGE);
    expect(look.total).toBe(KEYS);
  });

  it('are filtered by the database', async () => {
    const { services, asked } = looking();
    const queries: readonly Partial<KeyQuery>[] = [
      { findings: ['over_age'], userName: '-49*9' },
      { olderDays: 190, accountId: ACCOUNT },
      { accessKeyId: '005999' },
    ];
    for (const query of queries) {
      asked.rows = 0;
      await lookKeys(services, ada, { ...EVERY_KEY, ...query });
      expect(asked.rows).toBeLessThanOrEqual(KEYS_PAGE + 1 + 1 + 2);
    }
  });

  it('weigh nothing on Home', async () => {
    const { services, asked } = looking();
    await lookHome(services, ada);
    expect(asked.rows).toBeLessThan(20);
    expect(asked.calls.get('keys.page')).toBeUndefined();
  });

  it('are exported whole, five hundred at a time', async () => {
    const { services, asked } = looking();
    const words = { fileMessage: () => ({ text: '', blocks: [] }), pages: () => [] };
    const exported = { actor: ada, query: EVERY_KEY, correlationId: 'c' };
    expect(await exportKeys(services, exported, words)).toEqual({ how: 'file', sent: KEYS, total: KEYS });
    expect(asked.calls.get('standings.page')).toBe(13);
  });

  it('are looked through for a preview once, in batches', async () => {
    const { services, asked } = looking();
    const wanted = { ...DEFAULT_KEY_POLICY, maxAgeDays: 30 };
    const preview = await previewPolicy(services, ada, ACCOUNT, { present: DEFAULT_KEY_POLICY, wanted });
    expect(preview).toMatchObject({ keys: KEYS, partly: false });
    expect(preview.first).toHaveLength(10);
    expect(preview.first[0]?.userName).toBe('user-100');
    expect(preview.hit).toBeGreaterThan(preview.hitNow);
    expect(asked.calls.get('users.page')).toBe(11);
    expect(asked.calls.get('keys.ofUsers')).toBe(11);
  });
});
