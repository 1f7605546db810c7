import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { call, type ExampleCall } from '../../src/detections/example.ts';
import { accountOf, connectKey, freshUser, grantRole } from '../support/acting.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const LONG = 60_000;
const DAY_MS = 86_400_000;

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('incidents over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;
  let vera: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    [ada, vera] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.viewer)];
    await grantRole(scene, PEOPLE.viewer, 'viewer');
    happen('cloudtrail:StopLogging', '<!channel>', 5);
    happen('iam:DeactivateMFADevice', 'bob', 12 * 60);
    const twice = accountOf(scene).addUser('twice');
    for (let each = 0; each < 2; each += 1) twice.addKey();
    const policyArn = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
    const { userId: principalId, arn } = twice;
    const by = { type: 'IAMUser', principalId, arn, userName: 'twice', accessKeyId: 'ASIAMADEBYAWSITSELF1' };
    happen('iam:AttachUserPolicy', 'twice', 18 * 60, { by, asked: { userName: 'twice', policyArn } });
    const { key } = freshUser(scene, 'watcher', ['verify', 'inventory', 'watch']);
    await (await connectKey(ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  function happen(action: string, userName: string, minutesAgo: number, more: ExampleCall = {}): void {
    const at = Math.floor(Date.now() / 1_000) * 1_000 - minutesAgo * 60_000;
    const record: Record<string, unknown> = {
      ...call(action, { asked: { userName }, from: '192.0.2.44', ...more }),
      eventTime: new Date(at).toISOString().replace('.000Z', 'Z'),
    };
    accountOf(scene)
      .in('us-east-1')
      .history.add({
        eventId: `${minutesAgo}`,
        at,
        visibleAt: at,
        name: String(record['eventName']),
        source: String(record['eventSource']),
        userName: 'alice',
        accessKeyId: KEY,
        readOnly: false,
        resources: [],
        record,
      });
  }

  /** So much is expected of the key, the first for longest. */
  async function expectMany(count: number): Promise<void> {
    const stores = await scene.stores();
    const now = Date.now();
    await stores.atomically(
      Array.from({ length: count }, (_, place) =>
        stores.watch.expectations.add({
          id: `many${place}`,
          accountId: accountOf(scene).id,
          subject: KEY,
          network: null,
          agent: null,
          action: `test:Call${place}`,
          reason: 'many',
          by: PEOPLE.admin,
          at: now - DAY_MS + place,
          until: now + DAY_MS,
          endedAt: null,
          endedBy: null,
        }),
      ),
    );
    await stores.close();
  }

  /** Where it is said depends on whether a first frame was open. */
  async function refusal(): Promise<string> {
    const says = ({ words }: { readonly words: string }): boolean => words.includes('may not read evidence');
    const window = await vera.waitForModal(says).catch(() => null);
    if (window === null) return (await vera.waitForEphemeral(says)).words;
    await window.close();
    return window.words;
  }

  const alert = (words: string) =>
    ada.waitForMessage((message) => message.threadTs === undefined && message.words.includes(words), {
      channel: CHANNELS.alerts,
      timeoutMs: LONG,
    });

  it(
    'are told in the alert channel, with the story in the thread, and edited by what people decide',
    async () => {
      const message = await alert('CloudTrail stopped or deleted');
      expect(message.words).toContain(KEY);
      expect(message.words).toContain('192.0.2.44');
      expect(message.buttons).toEqual(['Deactivate', 'Details', 'Evidence', 'This is us', 'Close']);
      expect(JSON.stringify(message.blocks)).not.toContain('<!channel>');
      const story = await ada.waitForMessage(({ threadTs }) => threadTs === message.ts, {
        channel: CHANNELS.alerts,
        timeoutMs: LONG,
      });
      expect(story.words).toContain('cloudtrail:StopLogging');

      await message.click('Deactivate');
      const contain = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      expect(contain.words).toContain(KEY);
      expect(contain.submitLabel).toBe('Deactivate');
      await contain.close();

      await message.click('Details');
      const details = await ada.waitForModal((modal) => modal.title === 'Incident');
      expect(details.words).toContain('cloudtrail:StopLogging');
      await details.close();

      // The right is asked for at the click; whoever has it finds the files in a direct message.
      const seen = await vera.waitForMessage(({ ts }) => ts === message.ts, {
        channel: CHANNELS.alerts,
        timeoutMs: LONG,
      });
      await seen.click('Evidence');
      expect(await refusal()).toContain('that takes the role responder');
      await message.click('Evidence');
      const gathering = await ada.waitForModal((modal) => modal.title === 'Evidence');
      expect(gathering.words).toContain('in a direct message');
      await gathering.close();
      const files = await ada.waitForMessage(({ files }) => files.length === 2, { timeoutMs: LONG });
      expect(files.files.map(({ name }) => name.replace(/^evidence-.+?\./, ''))).toEqual(['md', 'json.gz']);
      const evidence = await ada.waitForMessage(
        ({ threadTs, words }) => threadTs === message.ts && words.includes('SHA-256'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      expect(evidence.words).toContain('StopLogging');
      expect(JSON.stringify(evidence.blocks)).not.toContain('<!channel>');
      await evidence.click('What to do');
      const step = await ada.waitForModal((modal) => modal.title === 'What to do');
      expect(step.words).toContain('Rekey shuts off access keys, and nothing else of this');
      await step.close();
      const forger = await vera.waitForMessage(({ ts }) => ts === evidence.ts, {
        channel: CHANNELS.alerts,
        timeoutMs: LONG,
      });
      await forger.click('Details');
      expect(await refusal()).toContain('that takes the role responder');

      // A trail that is stopped is never expected: the incident stays open.
      await message.click('This is us');
      const form = await ada.waitForModal((modal) => modal.title === 'This is us');
      expect(form.words).toContain('stays open');
      await form.fill({ Reason: 'planned' });
      await form.submit();
      const said = await ada.waitForModal((modal) => modal.words.includes('stays open'));
      await said.close();

      await message.click('Close');
      const closing = await ada.waitForModal((modal) => modal.title === 'Close the incident');
      await closing.fill({ 'It was': 'an attack', Note: 'the key is gone' });
      await closing.submit();
      await (await ada.waitForModal((modal) => modal.title === 'Incident closed')).close();
      const edited = await ada.waitForMessage(
        ({ ts, words }) => ts === message.ts && words.includes('Closed as an attack'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      expect(edited.buttons).toEqual(['Details', 'Evidence']);
    },
    2 * LONG,
  );

  it(
    'about a user of whom AWS quarantined one of two keys lead to each of them',
    async () => {
      const message = await alert('AWS put a user in quarantine');
      const stores = await scene.stores();
      await expect
        .poll(() => stores.inventory.users.byName(accountOf(scene).id, 'twice'), { timeout: LONG })
        .not.toBeNull();
      await stores.close();
      await message.click('Deactivate');
      const window = await ada.waitForModal((modal) => modal.title === 'Deactivate by hand');
      const keys = accountOf(scene).users.get('twice')?.keys.existing() ?? [];
      expect(keys).toHaveLength(2);
      for (const { accessKeyId } of keys) expect(window.words).toContain(accessKeyId);
      const [, second] = keys;
      await window.click('Deactivate', { in: second?.accessKeyId ?? '' });
      const contain = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      expect(contain.words).toContain(second?.accessKeyId);
      await contain.close();
      await message.click('Close');
      const closing = await ada.waitForModal((modal) => modal.title === 'Close the incident');
      await closing.fill({ 'It was': 'a test', Note: 'tried' });
      await closing.submit();
      await (await ada.waitForModal((modal) => modal.title === 'Incident closed')).close();
    },
    2 * LONG,
  );

  it(
    'are listed and filtered, and so is what is expected',
    async () => {
      const other = await alert('MFA device');
      await other.click('This is us');
      const form = await ada.waitForModal((modal) => modal.title === 'This is us');
      await form.fill({
        'From this network': 'Any network',
        'With this program': 'Any program',
        'Doing this': 'Any action',
        Reason: 'ours',
      });
      const refused = await form.submit();
      expect(refused.result).toBe('errors');
      await form.fill({ 'Doing this': 'iam:DeactivateMFADevice' });
      await form.submit();
      await (await ada.waitForModal((modal) => modal.words.includes('is closed'))).close();

      await ada.slash('/aws-incidents');
      expect((await ada.waitForEphemeral()).words).toContain('None of them matches');
      await ada.slash('/aws-incidents all low');
      const list = await ada.waitForEphemeral(({ words }) => words.includes('3 incidents'));
      expect(list.words).toContain('closed as an attack');
      expect(list.words).toContain('closed as something of ours');
      await list.click('Expectations');
      const expected = await ada.waitForEphemeral(({ words }) => words.includes('expectations'));
      expect(expected.words).toContain('iam:DeactivateMFADevice');
      await expected.click('Revoke', { in: 'ours', confirm: true });
      await ada.waitForEphemeral(({ words }) => words.includes('Revoked'));
      await expectMany(10);
      await ada.slash('/aws-incidents expectations');
      const first = await ada.waitForEphemeral(({ words }) => words.includes('Page 1 of 2'));
      expect(first.words).not.toContain('doing test:Call0');
      await first.click('Next');
      const second = await ada.waitForEphemeral(({ words }) => words.includes('Page 2 of 2'));
      expect(second.words).toContain('test:Call0');
      await second.click('Revoke', { in: 'test:Call0', confirm: true });
      const after = await ada.waitForEphemeral(({ words }) => words.includes('Revoked'));
      expect(after.words).toContain('Page 1 of 2');
      await ada.slash('/aws-incidents nobody-has-this');
      await ada.waitForEphemeral(({ words }) => words.includes('0 of 3 incidents'));
      await ada.slash('/aws-incidents account:nowhere');
      await ada.waitForEphemeral(({ words }) => words.includes('No account is called'));
    },
    2 * LONG,
  );

  it(
    'may be looked at by viewers, and decided by responders',
    async () => {
      await vera.slash('/aws-incidents expectations');
      const list = await vera.waitForEphemeral(({ words }) => words.includes('expectation'));
      expect(list.buttons).toEqual(['Next']);
      await vera.slash('/aws-incidents all');
      const all = await vera.waitForEphemeral(({ words }) => words.includes('3 incidents'));
      await all.click('Details', { in: 'CloudTrail' });
      const details = await vera.waitForModal((modal) => modal.title === 'Incident');
      expect(details.buttons).toEqual(['Deactivate']);
      await details.click('Deactivate');
      const byHand = await vera.waitForModal((modal) => modal.title === 'Deactivate by hand');
      expect(byHand.words).toContain('A responder shuts this key off');
      expect(byHand.words).toContain(
        `aws iam update-access-key --user-name=alice --access-key-id ${KEY} --status Inactive`,
      );
      expect(byHand.words).toContain('AWSDenyAll');
      await byHand.close();
      await details.close();
    },
    LONG,
  );

  it(
    'show on Home how far each account is known',
    async () => {
      await ada.openHome({ timeoutMs: 10_000 });
      const home = await ada.waitForHome((view) => view.words.includes('Watched: complete to'), LONG);
      expect(home.words).toContain('in 17 regions');
    },
    LONG,
  );
});
