import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/domain/connection.ts';
import type { HomeDriver } from '../../sandbox/slack/driver/home.ts';
import { connection, rejected, verified } from '../db/samples.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const DAY = 86_400_000;
const HOSTILE = [
  '<!channel>',
  '<@U0ADMIN>',
  '`x`',
  '*bold*',
  ':fire:',
  '\u202egnp',
  'a\u200bb',
  '👩‍👩‍👧',
  '&lt;',
].join(' ');

describe.each([
  ['socket', 'postgres'],
  ['http', 'sqlite'],
] as const)('Home over %s on %s', (transport, engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const stores = await scene.stores();
    const grant = { subjectKind: 'user' as const, grantedBy: PEOPLE.admin, grantedAt: 1 };
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g', ...grant, subjectId: PEOPLE.viewer, role: 'viewer' }),
    ]);
    await stores.close();
  });

  afterAll(async () => {
    await scene.strike();
  });

  /** Puts these in the place of all connections there are. */
  async function only(...connections: readonly Connection[]): Promise<void> {
    const stores = await scene.stores();
    const old = await stores.connections.list();
    await stores.atomically([
      ...old.map(({ id, version }) => stores.connections.remove(id, version)),
      ...connections.map((each) => stores.connections.insert(each)),
    ]);
    await stores.close();
  }

  async function home(userId: string = PEOPLE.admin): Promise<HomeDriver> {
    const shown = await scene.slack.as(userId).openHome();
    expect(shown.blocks.length).toBeLessThanOrEqual(100);
    expect(scene.slack.defects).toEqual([]);
    return shown;
  }

  it('is a beginning while nothing is connected', async () => {
    await only();
    const shown = await home();
    expect(shown.words).toContain('No AWS account is connected yet.');
    expect(shown.words).toContain('Nothing needs you right now.');
    expect(shown.buttons).toEqual(['Connect', 'Settings']);
  });

  it('shows a card with its menu, by role', async () => {
    const keyCreatedAt = Date.now() - 30 * DAY;
    await only(
      connection({
        id: 'one',
        name: 'Production',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        keyCreatedAt,
        lastCheck: verified,
      }),
    );
    const admins = await home();
    expect(admins.words).toContain('*Production* · Working');
    expect(admins.words).toContain('`AKIAIOSFODNN7EXAMPLE`, 30 days old');
    expect(admins.offers).toEqual(['Test', 'Edit', 'Key policy', 'Replace credentials', 'Disconnect']);
    const viewers = await home(PEOPLE.viewer);
    expect(viewers.words).toContain('*Production* · Working');
    expect(viewers.offers).toEqual(['Test']);
    expect(viewers.buttons).toEqual([]);
    const strangers = await home(PEOPLE.nobody);
    expect(strangers.words).toContain('You have no role here yet');
    expect(strangers.words).not.toContain('Production');
    expect(strangers.offers).toEqual([]);
  });

  it('puts first what needs somebody', async () => {
    const old = Date.now() - 91 * DAY;
    await only(
      connection({ id: 'a', name: 'Fine', lastCheck: verified }),
      connection({
        id: 'b',
        name: 'Old',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        keyCreatedAt: old,
        lastCheck: verified,
      }),
      connection({ id: 'c', name: 'Broken', lastCheck: rejected }),
      connection({
        id: 'd',
        name: 'Unsure',
        lastCheck: { ...rejected, status: 'unknown' } as Connection['lastCheck'],
      }),
      connection({ id: 'e', name: 'Going', state: 'disconnecting', lastCheck: verified }),
    );
    const shown = await home();
    const [needs = '', cards = ''] = shown.words.split('\nConnections\n');
    const lines = needs.split('\n').filter((line) => line.startsWith('•'));
    expect(lines).toEqual([
      '• *Broken* does not work: a c',
      '• *Unsure* could not be checked: a c',
      '• *Going* is being disconnected.',
      '• *Old*: its access key `AKIAIOSFODNN7EXAMPLE` is 91 days old.',
    ]);
    expect(cards).toContain('*Going* · Disconnecting');
    // Four cards have a menu; the one that is on its way out has none.
    expect(shown.offers.filter((offer) => offer === 'Disconnect')).toHaveLength(4);
  });

  it('turns over the pages of many connections', async () => {
    const many = Array.from({ length: 45 }, (_, at) =>
      connection({ id: `c${at}`, name: `Account ${String(at).padStart(2, '0')}`, lastCheck: rejected }),
    );
    await only(...many);
    const ada = scene.slack.as(PEOPLE.admin);
    const first = await home();
    const names = (shown: HomeDriver): string[] =>
      (shown.words.split('\nConnections\n')[1] ?? '').match(/Account \d\d(?=\* ·)/g) ?? [];
    expect(names(first)).toEqual(many.slice(0, 15).map(({ name }) => name));
    expect(first.words).toContain('33 more below, at their connections.');
    await first.click('Next');
    const second = await ada.waitForHome((shown) => shown.words.includes('Page 2 of 3'));
    expect(names(second)).toEqual(many.slice(15, 30).map(({ name }) => name));
    await second.click('Next');
    const third = await ada.waitForHome((shown) => shown.words.includes('Page 3 of 3'));
    expect(names(third)).toEqual(many.slice(30).map(({ name }) => name));
    expect(third.buttons).toContain('Previous');
    expect(third.buttons).not.toContain('Next');
    await only(...many.slice(0, 3));
    await third.click('Previous');
    await ada.waitForHome((shown) => !shown.words.includes('Page '));
    expect(scene.slack.defects).toEqual([]);
  });

  it('pings nobody and stays whole whatever things are called', async () => {
    const long = `${HOSTILE} `.repeat(20).slice(0, 500);
    await only(
      ...Array.from({ length: 20 }, (_, at) =>
        connection({
          id: `c${at}`,
          name: `${at} ${HOSTILE}`.slice(0, 60),
          description: long,
          accountAlias: HOSTILE,
          method: 'role',
          roleArn: `arn:aws:iam::123456789012:role/${at}/${long}`,
          owners: ['<!channel>', PEOPLE.viewer],
          alertChannel: '<!here>',
          lastCheck: {
            ...rejected,
            diagnosis: { code: 'unexpected', what: long, why: long, mend: long, reference: long },
          } as Connection['lastCheck'],
        }),
      ),
    );
    const shown = await home();
    expect(shown.words).not.toMatch(/<!channel|<!here|<@U0ADMIN>/);
    expect(shown.words).not.toMatch(/\u202e/);
    expect(shown.words).toContain('&lt;!channel&gt;');
    await shown.choose('Edit', { in: '*0 &lt;!channel' });
    const edit = await scene.slack
      .as(PEOPLE.admin)
      .waitForModal((modal) => modal.title === 'Edit connection');
    expect(edit.field('Connection name').value).toContain('<!channel>');
    await edit.close();
    expect(scene.slack.defects).toEqual([]);
  });

  it('is drawn again after a change', async () => {
    await only(connection({ id: 'again', name: 'Before', lastCheck: verified }));
    const ada = scene.slack.as(PEOPLE.admin);
    await (await home()).choose('Edit');
    const edit = await ada.waitForModal((modal) => modal.title === 'Edit connection');
    await edit.fill({ 'Connection name': 'After', 'Alert channel': null, Owners: [] });
    await edit.submit();
    await ada.waitForHome((shown) => shown.words.includes('*After*') && !shown.words.includes('*Before*'));
  });

  it('says so when it cannot be drawn', async () => {
    scene.slack.faults.add('users.info', { kind: 'http', status: 503 });
    const late = scene.slack.addPerson({ name: 'late' });
    const shown = await scene.slack.as(late.id).openHome();
    expect(shown.words).toContain('could not ask Slack who you are');
    expect(shown.buttons).toEqual([]);
  });
});
