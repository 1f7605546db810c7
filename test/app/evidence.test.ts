import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayLog } from '../../sandbox/aws/replay.ts';
import type { NewKey } from '../../sandbox/aws/world.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { ALICE, call, type ExampleCall } from '../../src/detections/example.ts';
import { accountOf, connectKey, freshUser, grantRole } from '../support/acting.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 90_000;
const MINUTE = 60_000;

/** From the button of an incident to the files, and to what is done about what they name. */
describe('the evidence of an incident, over signed HTTP', () => {
  let scene: Scene;
  let ada: PersonDriver;
  let key: NewKey;
  let left: NewKey;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    scene.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read', 'files:write'] });
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    ada = scene.slack.as(PEOPLE.admin);
    const account = accountOf(scene);
    key = account.addUser('shop', { attached: ['ReadOnlyAccess'] }).addKey();
    left = account.addUser('trent').addKey();
    const by = { ...ALICE, userName: 'shop', accessKeyId: key.accessKeyId };
    const answered = { accessKey: { accessKeyId: left.accessKeyId, userName: 'trent', status: 'Active' } };
    const calls: readonly (readonly [action: string, example: ExampleCall])[] = [
      ['sts:GetCallerIdentity', { by }],
      ['iam:CreateAccessKey', { by, asked: { userName: 'trent' }, answered }],
      ['iam:CreateUser', { by, asked: { userName: 'support-tmp' } }],
      ['cloudtrail:StopLogging', { by, asked: { name: 'main' } }],
    ];
    const log = calls.map(([action, example], at) => ({
      ...call(action, { ...example, from: '192.0.2.44' }),
      eventID: `evidence-${at}`,
      eventTime: new Date(Date.now() - (10 - at) * MINUTE).toISOString(),
      recipientAccountId: '111122223333',
    }));
    replayLog(scene.aws.world, account, JSON.stringify({ Records: log }), Date.now() - 6 * MINUTE);
    await grantRole(scene, PEOPLE.viewer, 'viewer');
    const { key: own } = freshUser(scene, 'guard', ['verify', 'watch', 'contain']);
    await (await connectKey(ada, 'main', own)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  const inChannel = (...words: string[]) =>
    ada.waitForMessage((each) => words.every((word) => each.words.includes(word)), {
      channel: CHANNELS.alerts,
      timeoutMs: LONG,
    });

  const files = () => ada.messages().flatMap((message) => message.files);

  it(
    'comes as a message in its thread and as two files, whose hash it names',
    async () => {
      const incident = await inChannel('CloudTrail stopped or deleted', key.accessKeyId);
      await incident.click('Evidence');
      const window = await ada.waitForModal((modal) => modal.title === 'Evidence', LONG);
      expect(window.words).toContain('Rekey reads CloudTrail in all regions');
      await window.close();
      const told = await inChannel('SHA-256 of what is in', key.accessKeyId);
      expect(told.threadTs).toBe(incident.ts);
      for (const words of [
        `Access key \`${left.accessKeyId}\` was made for user \`trent\``,
        'User `support-tmp` was made',
        '(`StopLogging`)',
        'Data complete to',
      ]) {
        expect(told.words).toContain(words);
      }
      const [report, bundle] = files();
      expect([report?.name, bundle?.name]).toEqual([
        expect.stringMatching(/^evidence-.+\.md$/),
        expect.stringMatching(/^evidence-.+\.json\.gz$/),
      ]);
      const json = gunzipSync(scene.slack.fileBytes(bundle?.id ?? '') ?? Buffer.alloc(0));
      const hash = createHash('sha256').update(json).digest('hex');
      expect(told.words).toContain(hash);
      expect(scene.slack.fileText(report?.id ?? '')).toContain(hash);
      const { events } = JSON.parse(json.toString('utf8')) as { events: readonly { eventName: string }[] };
      expect(events.map(({ eventName }) => eventName)).toEqual([
        'GetCallerIdentity',
        'CreateAccessKey',
        'CreateUser',
        'StopLogging',
      ]);
    },
    2 * LONG,
  );

  it(
    'has a button for each thing: what to do by hand, and Deactivate for the key it left',
    async () => {
      const told = await inChannel('SHA-256 of what is in', key.accessKeyId);
      await told.click('What to do', { in: 'support-tmp' });
      const byHand = await ada.waitForModal((modal) => modal.title === 'What to do', LONG);
      expect(byHand.words).toContain('aws iam attach-user-policy --user-name=support-tmp');
      await byHand.close();
      await told.click('Details');
      const all = await ada.waitForModal((modal) => modal.title === 'Evidence', LONG);
      expect(all.words).toContain('User `support-tmp` was made');
      await all.close();
      await told.click('Deactivate', { in: left.accessKeyId });
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG);
      expect(form.words).toContain(left.accessKeyId);
      await form.submit();
      await (
        await ada.waitForModal((modal) => modal.words.includes('IAM confirms Inactive and the deny'), LONG)
      ).close();
      const trent = accountOf(scene).user('trent');
      expect(trent.keys.existing().map((each) => each.currentStatus)).toEqual(['Inactive']);
    },
    2 * LONG,
  );

  it(
    'comes by the command, too, with what was done since; each reading is on record with the incident',
    async () => {
      const before = files().length;
      await ada.slash(`/aws-incidents evidence ${key.accessKeyId}`);
      await ada.waitForEphemeral(({ words }) => words.includes('Evidence is being gathered'), LONG);
      await expect.poll(() => files().length, { timeout: LONG }).toBe(before + 2);
      const stores = await scene.stores();
      const rows = (await stores.audit.newest(200)).filter(({ verb }) => verb === 'evidence.read');
      const [incident] = await stores.watch.incidents.page(
        { open: null, least: null, accountId: null, text: key.accessKeyId },
        null,
        1,
      );
      await stores.close();
      expect(rows.filter(({ phase }) => phase === 'intent')).toHaveLength(2);
      for (const { detail, outcome } of rows) {
        expect(detail['incidents']).toEqual([incident?.id]);
        expect(['done', null]).toContain(outcome);
      }
      expect(new Set(rows.map(({ detail }) => detail['how']))).toEqual(
        new Set([undefined, 'files', 'window']),
      );
      // What is no key is not written down by whoever may not read: it may be a secret.
      const vera = scene.slack.as(PEOPLE.viewer);
      await vera.slash('/aws-incidents evidence q8Zr+J1vT0uYw/5nXkL2dPbG7mHcSe9RaQfV3ioM');
      await vera.waitForEphemeral(({ words }) => words.includes('may not'), LONG);
      expect(scene.traces()).not.toContain('q8Zr+J1vT0uYw');
      expect(scene.slack.defects).toEqual([]);
    },
    2 * LONG,
  );
});
