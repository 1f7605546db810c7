import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';
import { withClient } from '../support/postgres.ts';
import { rawAction, rawCommand, rawSubmission, said } from '../support/raw-payloads.ts';

let scene: Scene;

afterEach(async () => {
  await scene.strike();
});

async function begin(...[transport, engine]: Parameters<typeof Scene.set>): Promise<Scene> {
  scene = await Scene.set(transport, engine);
  await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
  return scene;
}

/** What a person waits for may be late; what Slack waits for may not. */
const ACK_LIMIT_MS = 2_900;

describe.each(['socket', 'http'] as const)('a slow or failing Slack over %s', (transport) => {
  it('shows a first frame while Slack is asked who somebody is, and fills it', async () => {
    await begin(transport, 'sqlite');
    const ada = scene.slack.as(PEOPLE.admin);
    scene.slack.faults.add('users.info', { kind: 'latency', ms: 1_200 });
    const asked = ada.slash('/aws-settings');
    const frame = await ada.waitForModal(() => true, 1_100);
    expect([frame.title, frame.words]).toEqual(['Rekey', expect.stringContaining('One moment')]);
    const { ack } = await asked;
    expect(ack).toMatchObject({ outcome: 'ack' });
    expect(ack.ms).toBeLessThan(ACK_LIMIT_MS);
    const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings');
    expect(settings.id).toBe(frame.id);
    expect(scene.slack.defects).toEqual([]);
  });

  it.each([
    ['fails', { kind: 'http', status: 500 } as const],
    ['asks to slow down', { kind: 'http', status: 429, retryAfter: 30 } as const],
    ['breaks off', { kind: 'answer_lost', how: 'reset' } as const],
  ])('refuses in words, in time, when users.info %s', async (_, fault) => {
    await begin(transport, 'sqlite');
    scene.slack.faults.add('users.info', fault, { times: 99 });
    const place = { slack: scene.slack, userId: PEOPLE.admin };
    const acks = [
      await rawCommand(place, '/aws-settings'),
      await rawSubmission(place, 'settings.form'),
      await rawAction(place, 'home.settings'),
    ];
    for (const ack of acks) {
      expect(ack.outcome).toBe('ack');
      expect(ack.ms).toBeLessThan(ACK_LIMIT_MS);
    }
    const words = said(scene.slack.received);
    expect(words.match(/could not ask Slack who you are/g)?.length).toBeGreaterThanOrEqual(3);
    expect(words).not.toContain('Rekey settings');
  });

  it('acknowledges in time when users.info takes too long, and refuses afterwards', async () => {
    await begin(transport, 'sqlite');
    scene.slack.faults.add('users.info', { kind: 'latency', ms: 2_700 }, { times: 3 });
    const place = { slack: scene.slack, userId: PEOPLE.nobody };
    const acks = await Promise.all([
      rawCommand(place, '/aws-settings'),
      rawSubmission(place, 'settings.form'),
      rawAction(place, 'settings.test_post'),
    ]);
    for (const ack of acks) {
      expect(ack.outcome).toBe('ack');
      expect(ack.ms).toBeLessThan(ACK_LIMIT_MS);
    }
    expect(said(scene.slack.received)).toContain('Rekey is slow right now');
    await expect
      .poll(() => said(scene.slack.received).match(/takes the role admin/g)?.length, { timeout: 3_000 })
      .toBe(3);
    expect(scene.slack.received.some((call) => call.method === 'chat.postMessage')).toBe(false);
    expect(scene.slack.defects).toEqual([]);
  });

  it('puts the outcome of a slow Save into the window that was told to wait', async () => {
    await begin(transport, 'sqlite');
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-settings');
    const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings');
    const other = scene.slack.addChannel({ name: 'other-alerts', members: [PEOPLE.admin] });
    await settings.fill({ 'Alert channel': other.id });
    scene.slack.faults.add('chat.postMessage', { kind: 'latency', ms: 2_700 });
    const { ack, result } = await settings.submit();
    expect(result).toBe('updated');
    expect(ack?.ms).toBeLessThan(ACK_LIMIT_MS);
    await ada.waitForModal((modal) => modal.words.includes('That is done'), 4_000);
    const stores = await scene.stores();
    expect(await stores.settings.get('alert_channel')).toBe(other.id);
    await stores.close();
    expect(scene.slack.defects).toEqual([]);
  });

  it('says so where the command was typed when no window can be opened', async () => {
    await begin(transport, 'sqlite');
    const ada = scene.slack.as(PEOPLE.admin);
    scene.slack.faults.add('views.open', { kind: 'error', error: 'expired_trigger_id' });
    await ada.slash('/aws-settings');
    await ada.waitForEphemeral((message) => message.text.includes('three seconds to open a window'));
    expect(scene.slack.defects).toEqual([]);
  });
});

describe('a slow or failing database', () => {
  it('shows a first frame while the database is slow, and fills it', async () => {
    await begin('http', 'postgres');
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-help');
    await withClient(scene.environment['DATABASE_URL'] ?? '', async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE role_grants, settings IN ACCESS EXCLUSIVE MODE');
      const asked = ada.slash('/aws-settings');
      await ada.waitForModal((modal) => modal.words.includes('One moment'), 1_500);
      const { ack } = await asked;
      expect(ack).toMatchObject({ outcome: 'ack' });
      expect(ack.ms).toBeLessThan(ACK_LIMIT_MS);
      await client.query('ROLLBACK');
    });
    await ada.waitForModal((modal) => modal.title === 'Rekey settings', 4_000);
    expect(scene.slack.defects).toEqual([]);
  });

  it('gives a reference, and the log the same one, and neither person nor log a secret', async () => {
    await begin('http', 'sqlite');
    const file = new Database(join(scene.folder, 'rekey.db'));
    file.exec('DROP TABLE role_grants');
    file.close();
    const place = { slack: scene.slack, userId: PEOPLE.admin };
    const from = scene.logLines.length;
    for (const send of [
      () => rawCommand(place, '/aws-settings'),
      () => rawSubmission(place, 'settings.form'),
      () => rawAction(place, 'home.settings'),
    ]) {
      const before = scene.slack.received.length;
      expect((await send()).outcome).toBe('ack');
      const words = said(scene.slack.received.slice(before));
      const [, reference] = /reference `([0-9a-z]+)`/.exec(words) ?? [];
      expect(words).toContain('Something broke on our side');
      expect(words).not.toMatch(/SELECT|role_grants|\bat \S+:\d+|node_modules/);
      const lines = scene.logLines.slice(from).filter((line) => line.includes('"unexpected error"'));
      expect(lines.filter((line) => line.includes(`"reference":"${reference}"`))).toHaveLength(1);
    }
  });
});
