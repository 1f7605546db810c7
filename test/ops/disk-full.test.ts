import type Database from 'better-sqlite3';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chooseFor, connectKey, freshUser, kept, keyForm, outcome } from '../support/acting.ts';
import { CHANNELS, PEOPLE, Scene, type EngineName } from '../support/rekey.ts';

const disk = vi.hoisted(() => ({ full: false }));

/** While the disk is full, SQLite refuses each write as it does then; reading goes on. */
vi.mock('better-sqlite3', async (original) => {
  const { default: Real } = await original<{ default: typeof Database }>();
  class OnThatDisk extends Real {
    override transaction: typeof Real.prototype.transaction = (work) =>
      super.transaction(
        new Proxy(work, {
          apply(inside, self, given: unknown[]) {
            if (disk.full) throw new Real.SqliteError('database or disk is full', 'SQLITE_FULL');
            return Reflect.apply(inside, self, given);
          },
        }),
      );
  }
  return { default: OnThatDisk };
});

/** What PostgreSQL answers to each write then, by its own code for a full disk. */
const REFUSE = `
  CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;`;
const TABLES = ['audit_entries', 'interactions', 'attempts', 'notices', 'outlets', 'settings'];

async function setFull(scene: Scene, engine: EngineName, full: boolean): Promise<void> {
  if (engine === 'sqlite') {
    disk.full = full;
    return;
  }
  const client = new Client({ connectionString: scene.environment['DATABASE_URL'] });
  await client.connect();
  if (full) await client.query(REFUSE);
  for (const table of TABLES) {
    await client.query(
      full
        ? `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION full_disk()`
        : `DROP TRIGGER full_disk ON ${table}`,
    );
  }
  await client.end();
}

describe.each(['sqlite', 'postgres'] as const)('a full disk under %s', (engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('socket', engine);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
  });

  afterAll(async () => {
    disk.full = false;
    await scene.strike();
  });

  it('is told in words to people who click, and nothing is done in AWS or kept', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const { key } = freshUser(scene, 'first', ['verify', 'inventory', 'rotate_self']);
    await (await connectKey(ada, 'First', key)).close();
    const before = await kept(scene);
    await chooseFor(ada, 'First', 'Disconnect');
    const window = await ada.waitForModal((modal) => modal.title === 'Disconnect', 10_000);
    await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
    await setFull(scene, engine, true);
    expect(JSON.stringify((await window.submit()).errors)).toContain('The disk of the database is full');
    await window.close('x');

    const second = freshUser(scene, 'second').key;
    const form = await keyForm(ada, 'Second', second);
    const refused = await form.submit();
    expect(JSON.stringify(refused.errors)).toContain('The disk of the database is full');
    expect(JSON.stringify(refused.errors)).toContain('Free some space and try again.');
    await form.close('x');

    // The first connection is read in the background all the while.
    expect([...scene.aws.requests].filter(({ accessKeyId }) => accessKeyId === second.accessKeyId)).toEqual(
      [],
    );
    expect(scene.aws.requests.of('UpdateAccessKey')).toEqual([]);
    expect(scene.aws.world.findKey(key.accessKeyId)?.key.currentStatus).toBe('Active');
    const { connections, attempts, sealed, audit } = await kept(scene);
    expect(connections).toEqual(before.connections);
    expect([attempts.length, sealed, audit.length]).toEqual([0, before.sealed, before.audit.length]);
  }, 60_000);

  it('stops neither the process nor its answers', async () => {
    expect((await fetch(`${scene.opsUrl}/healthz`)).status).toBe(200);
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-help');
    await ada.waitForEphemeral(({ words }) => words.includes('/aws-connect'), 10_000);
    await ada.openHome({ wait: false });
    await ada.waitForHome(({ words }) => words.includes('The disk of the database is full'), 10_000);
  });

  it('needs no restart once there is space again', async () => {
    await setFull(scene, engine, false);
    const ada = scene.slack.as(PEOPLE.admin);
    const view = await connectKey(ada, 'Second', freshUser(scene, 'again').key);
    expect(view.title).toBe('Connected');
    await view.close();
    await ada.slash('/aws-test First');
    expect((await outcome(ada)).title).toBe('Test passed');
    const unchained = async (): Promise<number> => {
      const stores = await scene.stores();
      const { count } = await stores.audit.countUnchained();
      await stores.close();
      return count;
    };
    await expect.poll(unchained, { timeout: 30_000, interval: 500 }).toBe(0);
    expect(scene.slack.defects).toEqual([]);
  }, 60_000);
});
