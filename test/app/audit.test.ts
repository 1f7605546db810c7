import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/ports/world.ts';
import { entry } from '../db/samples.ts';
import { connectKey, freshUser } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { CHANNELS, PEOPLE, Scene, type EngineName, type TransportName } from '../support/rekey.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe.each<[TransportName, EngineName]>([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
])('the audit log over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    scene.environment['REKEY_ALERT_CHANNEL'] = CHANNELS.alerts;
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
    await (await connectKey(ada, 'Payroll', freshUser(scene, 'payroll').key)).close('x');
  });

  afterAll(async () => {
    await scene.strike();
  });

  async function open(line = '/aws-audit'): Promise<ModalDriver> {
    const asked = await ada.slash(line);
    expect(asked.error).toBeUndefined();
    return ada.waitForModal((modal) => modal.title === 'Audit log');
  }

  /** Waits until the window shows this. */
  async function shows(words: string): Promise<void> {
    await ada.waitForModal((modal) => modal.words.includes(words), 10_000);
  }

  it('says who did what, filtered as asked', async () => {
    const log = await open();
    expect(log.words).toMatch(new RegExp(`<@${PEOPLE.admin}> connected \\*Payroll\\* · done`));
    expect(log.words).toMatch(/connected \*Payroll\* · begun/);
    await log.fill({ What: 'Roles' });
    await shows('No entry matches.');
    await log.fill({ What: 'Everything', Person: PEOPLE.viewer });
    await shows('No entry matches.');
    await log.fill({ Person: PEOPLE.admin, When: 'Last day', Connection: 'Payroll' });
    await shows('connected *Payroll* · done');
    await log.close('x');
    for (const line of ['/aws-audit payroll', '/aws-audit 3d', '/aws-audit @ada']) {
      const narrowed = await open(line);
      expect(narrowed.words).toContain('connected *Payroll* · done');
      await narrowed.close('x');
    }
    for (const part of ['roles', 'containments', 'incidents', 'leak']) {
      const none = await open(`/aws-audit ${part}`);
      expect(none.words).toContain('No entry matches.');
      await none.close('x');
    }
    await ada.slash('/aws-audit nobody’s');
    expect((await ada.waitForEphemeral()).words).toContain('There are: “Payroll”');
    const vera = scene.slack.as(PEOPLE.viewer);
    await vera.slash('/aws-audit');
    expect((await vera.waitForEphemeral()).words).toContain('takes the role admin');
    expect(scene.slack.defects).toEqual([]);
  });

  it('pages both ways, verifies when asked, and lets nobody forge markup', async () => {
    const stores = await scene.stores();
    const now = Date.now();
    const rows = Array.from({ length: 40 }, (_, index) =>
      entry({
        id: `z${String(index).padStart(3, '0')}`,
        at: now - 40 + index,
        verb: 'thing.happen',
        entityKind: 'thing',
        entityId: `number ${index}`,
        why: '<!channel> *shout*',
      }),
    );
    await stores.atomically(rows.map((row) => stores.audit.add(row)));
    await stores.close();
    const log = await open();
    expect(log.words).toContain('thing.happen `number 39`');
    expect(log.words).toContain('`number 25`');
    expect(log.words).not.toContain('`number 24`');
    expect(log.words).toContain('&lt;!channel&gt;');
    expect(log.words).not.toContain('<!channel>');
    expect(log.buttons).toEqual(['Verify now', 'Older']);
    await log.click('Older');
    await shows('`number 24`');
    await log.click('Older');
    await shows('connected *Payroll*');
    expect(log.buttons).toEqual(['Verify now', 'Newer']);
    await log.click('Newer');
    await shows('`number 24`');
    await log.click('Newer');
    await shows('`number 39`');
    await log.click('Verify now');
    await shows('Verified: ');
    await log.close('x');
    expect(scene.slack.defects).toEqual([]);
  });

  const verbs = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { verb: string }).verb);

  it('exports what is filtered as a file, privately and on the record', async () => {
    const log = await open('/aws-audit 1d');
    const sent = await log.submit();
    expect(sent.result).toBe('updated');
    expect(log.words).toContain('Your export is on its way');
    const file = await ada.waitForMessage(({ files }) => files.length > 0, { timeoutMs: 15_000 });
    const text = scene.slack.fileText(file.files[0]?.id ?? '');
    // Its own record came later than what it is of.
    expect(verbs(text)).toHaveLength(42);
    expect(verbs(text)).toContain('connection.connect');
    expect(text).toMatch(/"keyId":.+,"hmac":/);
    const head = ada.messages().find(({ words }) => words.includes('Your export of 42 entries'));
    expect(head?.words).toContain('These are all that match.');
    const stores = await scene.stores();
    const ended = async () => (await stores.audit.newest(1))[0];
    await expect.poll(ended, { timeout: 10_000 }).toMatchObject({ verb: 'audit.export', outcome: 'done' });
    expect((await ended())?.detail).toMatchObject({ entries: 42, how: 'file' });
    await stores.close();
    await log.fill({ What: 'The audit log' });
    await shows('exported entries of the audit log');
    await log.fill({ What: 'Roles' });
    await log.submit();
    expect(log.words).toContain('No entry matches: nothing was sent.');
    await log.close('x');
    expect(scene.slack.defects).toEqual([]);
  });

  it('exports in pages of messages where the app may send no files', async () => {
    scene.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read'] });
    const log = await open('/aws-audit 1d');
    await log.submit();
    const message = await ada.waitForMessage((each) => each.words.includes('Audit export, 2 of'), {
      timeoutMs: 15_000,
    });
    expect(message.words).toContain('of 45, newest first');
    expect(verbs(message.words)).toContain('connection.connect');
    await log.close('x');
    expect(scene.slack.defects).toEqual([]);
  });
});

describe('the head of the audit chain', () => {
  let scene: Scene;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    scene.environment['REKEY_ALERT_CHANNEL'] = CHANNELS.alerts;
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
    await (await connectKey(ada, 'Payroll', freshUser(scene, 'payroll').key)).close('x');
    const stores = await scene.stores();
    while ((await stores.audit.countUnchained()).count > 0) await systemClock.sleep(100);
    await stores.close();
  });

  afterAll(async () => {
    await scene.strike();
  });

  async function posted(words: string): Promise<string> {
    const where = { channel: CHANNELS.alerts, timeoutMs: 15_000 };
    return (await ada.waitForMessage((each) => each.words.includes(words), where)).words;
  }

  it('is posted once a day, where who can write to the database cannot reach', async () => {
    // Noon of the next day (UTC), and an hour later.
    const noon = Math.floor(Date.now() / DAY) * DAY + DAY + DAY / 2 - Date.now();
    await scene.stop();
    await scene.start({}, ahead(noon));
    const words = await posted('Audit head');
    expect(words).toMatch(/\*Audit head \d{4}-\d\d-\d\d:\* `2:[0-9a-f]{32}`/);
    expect(words).toContain('Verified: 2 entries, from 1 to 2.');
    expect(words).toMatch(/npm run audit -- verify --head 2:/);
    await scene.stop();
    await scene.start({}, ahead(noon + 3 * HOUR));
    await systemClock.sleep(1_500);
    const heads = ada.messages(CHANNELS.alerts).filter((each) => each.words.includes('Audit head'));
    expect(heads).toHaveLength(1);
  });

  it('lets go of entries after 400 days, and can still be checked', async () => {
    await scene.stop();
    await scene.start({}, ahead(401 * DAY));
    const stores = await scene.stores();
    const until = Date.now() + 15_000;
    while ((await stores.audit.checkpoints()).length === 0 && Date.now() < until)
      await systemClock.sleep(100);
    const [oldest] = await stores.audit.newest(9);
    const checkpoints = await stores.audit.checkpoints();
    await stores.close();
    expect(checkpoints).toMatchObject([{ seq: 2, removed: 2, doer: '{"kind":"rekey"}' }]);
    expect(oldest).toMatchObject({ verb: 'audit.prune', detail: { through: 2, removed: 2 } });
    await scene.stop();
    await scene.start();
  });

  it('raises an alarm when it was put back, and chains nothing over the traces', async () => {
    const raw = new Database((scene.environment['DATABASE_URL'] ?? '').slice('file:'.length));
    raw.exec('update audit_head set version = 99');
    raw.close();
    const log = await ada.slash('/aws-audit');
    expect(log.error).toBeUndefined();
    const window = await ada.waitForModal((modal) => modal.title === 'Audit log');
    await window.submit();
    expect(await posted('was changed')).toContain(
      'The head of the audit log was changed: its signature is wrong.',
    );
    await window.click('Verify now');
    await ada.waitForModal((modal) => modal.words.includes('The audit log is broken.'), 10_000);
    expect(window.words).toMatch(/The record of where the chain ends \(place \d+\) was changed\./);
    expect(window.words).toContain('not yet chained');
    expect(scene.slack.defects).toEqual([]);
  });

  it('raises the alarms in a direct message to each admin where there is no alert channel, once a day', async () => {
    await scene.stop();
    const changes = { REKEY_ALERT_CHANNEL: '', REKEY_ADMINS: `${PEOPLE.admin},${PEOPLE.operator}` };
    // Noon of the next day, so that the log is checked anew.
    const noon = Math.floor(Date.now() / DAY) * DAY + 2 * DAY + DAY / 2 - Date.now();
    const told = (who: string, words: string) =>
      scene.slack
        .as(who)
        .messages()
        .filter((each) => each.words.includes(words));
    for (const later of [0, 3 * HOUR]) {
      await scene.start(changes, ahead(noon + later));
      for (const who of [PEOPLE.admin, PEOPLE.operator]) {
        await eventually(() => told(who, 'its signature is wrong').length > 0, 'the alarm of the chain');
        await eventually(() => told(who, 'The audit log is broken.').length > 0, 'what the check found');
      }
      await systemClock.sleep(1_500);
      await scene.stop();
    }
    for (const who of [PEOPLE.admin, PEOPLE.operator]) {
      expect(told(who, 'The audit log is broken.')).toHaveLength(1);
      expect(told(who, 'its signature is wrong')).toHaveLength(1);
    }
    await scene.start();
  }, 60_000);
});

function ahead(ms: number): Clock {
  return { now: () => systemClock.now() + ms, sleep: (wait, signal) => systemClock.sleep(wait, signal) };
}
