import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { DEFAULT_ROTATION_SCHEDULE } from '../../src/domain/rotation-schedule.ts';
import { lookHome, type HomeLook } from '../../src/handlers/look-home.ts';
import type { Services } from '../../src/handlers/services.ts';
import { connection, verified } from '../db/samples.ts';
import { counted, type Asked } from '../support/counted-stores.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ada: Actor = { teamId: 'T0REKEY', userId: 'U0ADMIN', roles: ['admin'], rolesUnsure: null };

describe.each([
  ['SQLite', () => Promise.resolve(`file:${join(temporaryFolder(), 'rekey.db')}`)],
  ['PostgreSQL', freshDatabase],
] as const)('the Home page on %s', (_, place) => {
  async function withStores(test: (stores: OpenStores) => Promise<void>): Promise<void> {
    const options = { exclusive: false, clock: systemClock, log: recordingLog() };
    const stores = await openStores({ ...options, url: await place() });
    try {
      await test(stores);
    } finally {
      await stores.close();
    }
  }

  async function connect(stores: OpenStores, from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += 1) {
      const id = `c${at}`;
      await stores.atomically([
        stores.connections.insert(connection({ id, lastCheck: verified })),
        stores.settings.set(scheduleOf(id), kept(at % 2 === 0), 1),
      ]);
    }
  }

  async function looked(open: OpenStores): Promise<{ readonly look: HomeLook; readonly asked: Asked }> {
    const { stores, asked } = counted(open);
    const services = {
      stores,
      clock: systemClock,
      log: recordingLog(),
      admins: [ada.userId],
      defaultAlertChannel: null,
      hostIdentity: () => Promise.resolve({ available: false, why: '', mend: '' }),
    } as unknown as Services;
    return { look: await lookHome(services, ada), asked };
  }

  it('takes as many queries for sixty connections as for two', async () => {
    await withStores(async (stores) => {
      await connect(stores, 0, 2);
      const few = await looked(stores);
      await connect(stores, 2, 60);
      const many = await looked(stores);
      expect(few.look.connections).toHaveLength(2);
      expect(many.look.connections).toHaveLength(60);
      expect(Object.fromEntries(many.asked.calls)).toEqual(Object.fromEntries(few.asked.calls));
    });
  });

  it('counts the schedules that are on: of these connections, and readable', async () => {
    await withStores(async (stores) => {
      await connect(stores, 0, 6);
      await stores.atomically([
        stores.settings.set(scheduleOf('c0'), '{"on":', 1),
        stores.settings.set(scheduleOf('gone'), kept(true), 1),
      ]);
      expect((await looked(stores)).look.schedules.on).toBe(2);
    });
  });
});

function scheduleOf(connectionId: string): string {
  return `rotation_schedule:${connectionId}`;
}

function kept(on: boolean): string {
  const schedule = { ...DEFAULT_ROTATION_SCHEDULE, on };
  return JSON.stringify({ schedule, by: 'U1', at: 1, onBy: on ? 'U1' : null, version: 1 });
}
