import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { systemClock } from '../../src/clock.ts';
import { looksDrawn } from '../../src/leaks/secret-shape.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { hunt, tablesOf } from '../support/hunter.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const TEAM = 'C0TEAM';
const SHARED = 'C0SHARED';
/** Of an account nobody connected. */
const STRANGE = 'AKIAY34FZKBOKMUTVV7A';
const OVERLAY = ['--with', 'channel-watch'];

/** One of an account nobody has here. */
function accessKeyId(): string {
  const drawn = [...randomBytes(15)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32));
  return `AKIAZ${drawn.join('')}`;
}

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('a key in a channel over %s on %s', (transport, engine) => {
  const secrets: string[] = [];
  let scene: Scene;
  let ada: PersonDriver;
  let nora: PersonDriver;
  let gus: PersonDriver;
  let user: User;
  let key: NewKey;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine, systemClock, OVERLAY);
    const { admin, nobody, guest, viewer } = PEOPLE;
    scene.slack.addChannel({
      id: TEAM,
      name: 'team',
      kind: 'private',
      members: [admin, nobody, guest, viewer],
    });
    scene.slack.addChannel({
      id: SHARED,
      name: 'shared',
      members: [admin, nobody, PEOPLE.stranger],
      extShared: true,
    });
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    [ada, nora, gus] = [scene.slack.as(admin), scene.slack.as(nobody), scene.slack.as(guest)];
    const guard = freshUser(scene, 'guard', ['verify', 'contain']).key;
    await (await connectKey(ada, 'main', guard)).close();
    user = accountOf(scene).addUser('mallory', { attached: ['ReadOnlyAccess'] });
    key = user.addKey();
    secrets.push(key.secretAccessKey);
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  /** A secret that opens nothing; one in 5,000 does not look like one (test/leaks). */
  const secret = (): string => {
    const made = randomBytes(30).toString('base64');
    if (!looksDrawn(made)) return secret();
    secrets.push(made);
    return made;
  };

  const alerts = (): MessageDriver[] =>
    ada.messages(CHANNELS.alerts).filter(({ words }) => words.includes('posted in a channel'));

  const alert = (...words: string[]): Promise<MessageDriver> =>
    ada.waitForMessage((each) => words.every((word) => each.words.includes(word)), {
      channel: CHANNELS.alerts,
      timeoutMs: LONG,
    });

  const told = (person: PersonDriver, ...words: string[]): Promise<MessageDriver> =>
    person.waitForMessage((each) => words.every((word) => each.words.includes(word)), { timeoutMs: LONG });

  /** What comes after it in the alert channel shows that it was looked at, and found nothing. */
  const settled = async (): Promise<number> => {
    const mark = accessKeyId();
    scene.slack.sendEvent(appMessage({ text: `${mark} ${secret()}` }));
    await alert(mark);
    return alerts().filter(({ words }) => !words.includes('of the app probe')).length;
  };

  let count = 0;
  /** As Slack tells of an app's message. */
  const appMessage = (more: Readonly<Record<string, unknown>>) => ({
    type: 'message',
    subtype: 'bot_message',
    bot_id: `B0PROBE${Math.floor(count / 8)}`,
    username: `probe ${Math.floor(count / 8)}`,
    channel: TEAM,
    channel_type: 'group',
    ts: `1900000000.${String((count += 1)).padStart(6, '0')}`,
    ...more,
  });

  it(
    'is told once to its author and to on-call, who shuts it off; and that it was deleted',
    async () => {
      const root = nora.say(TEAM, 'how do I deploy?');
      await root?.done;
      const [question] = nora.messages(TEAM);
      const typed = `with this:\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}`;
      const said = nora.say(TEAM, typed, { threadTs: question?.ts ?? '' });
      expect((await said?.first)?.outcome).toBe('ack');
      const found = await alert(key.accessKeyId, 'Critical');
      const reply = nora.messages(TEAM).at(-1);
      const link = `https://example.slack.com/archives/${TEAM}/p${reply?.ts.replace('.', '')}?thread_ts=${question?.ts}&cid=${TEAM}`;
      expect(JSON.stringify(found.blocks)).toContain(link);
      expect(found.words).toContain(`of <@${PEOPLE.nobody}> in <#${TEAM}>`);
      expect(found.words).toContain('main');
      expect(found.buttons).toEqual(['Deactivate']);
      const word = await told(nora, 'Please delete it now', key.accessKeyId);
      expect(word.words).toContain('No word of your message was kept');

      // Delivered again, and changed by Slack itself (a preview was added): nothing more is told.
      const sent = scene.slack.sent.findLast(({ body }) =>
        JSON.stringify(body).includes(key.accessKeyId),
      )?.body;
      const event = (sent?.['event'] ?? {}) as Record<string, unknown>;
      await scene.slack.sendEvent(event, { eventId: said?.eventId ?? '' }).done;
      await scene.slack.sendEvent(event).done;
      await nora.rewrite(TEAM, reply?.ts ?? '', `${typed}\nplease`)?.done;
      expect(await settled()).toBe(1);

      // Another key comes in by an edit: of an account Rekey cannot reach.
      await nora.rewrite(TEAM, reply?.ts ?? '', `${typed}\n${STRANGE},${secret()}`)?.done;
      const strange = await alert(STRANGE, 'High');
      expect(strange.words).toContain('nothing connects to it');
      expect(strange.words).toContain('whoever runs it makes the key Inactive');
      expect(strange.buttons).toEqual([]);

      // Posted once more, elsewhere: in the thread of its alert.
      await nora.say(SHARED, `${key.accessKeyId} ${key.secretAccessKey}`)?.done;
      const more = await alert('Posted again', key.accessKeyId, `<#${SHARED}>`);
      expect(more.threadTs).toBe(found.ts);
      expect(more.words).toContain('shared with another organization');

      await found.click('Deactivate');
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      expect(form.words).toContain(key.accessKeyId);
      await form.close();

      await nora.rewrite(TEAM, reply?.ts ?? '', 'removed')?.done;
      await alert('Message edited', key.accessKeyId, 'Critical');
      await nora.erase(TEAM, reply?.ts ?? '')?.done;
      const gone = await alert('Message deleted', key.accessKeyId, 'Critical');
      expect(gone.ts).toBe(found.ts);
      expect(gone.words).toContain('as exposed as it was');
      expect(gone.buttons).toEqual(['Deactivate']);
      const lines = (): MessageDriver[] =>
        ada
          .messages(CHANNELS.alerts)
          .filter(({ threadTs, words }) => threadTs === found.ts && words.includes('Message deleted'));
      await expect.poll(() => lines().length, { timeout: LONG }).toBeGreaterThan(0);
      expect(lines()).toHaveLength(1);
    },
    2 * LONG,
  );

  it(
    'is told where its author is an app, a guest, or of another organization; and a secret without its ID',
    async () => {
      const job = `Pipeline failed\n{"AccessKeyId":"${STRANGE.replace('VV7A', 'VV7B')}","SecretAccessKey":"${secret()}"}`;
      scene.slack.sendEvent(
        appMessage({ username: 'ci', text: '', attachments: [{ fallback: 'x', text: job }] }),
      );
      const ci = await alert(STRANGE.replace('VV7A', 'VV7B'));
      expect(ci.words).toContain('of the app ci');
      expect(ci.words).toContain('cannot be asked');

      await gus.say(TEAM, `export AWS_SECRET_ACCESS_KEY=${secret()}`)?.done;
      const alone = await alert('Medium', 'without its key ID', PEOPLE.guest);
      expect(alone.words).toContain('in words nobody else sees');
      const aside = await gus.waitForEphemeral(({ words }) => words.includes('Please delete it now'), LONG);
      expect(aside.words).toContain('looks like an AWS secret access key');

      const author = { user: 'U0AFAR', user_team: 'T0AFAR', username: undefined, bot_id: undefined };
      scene.slack.sendEvent(
        appMessage({
          ...author,
          subtype: undefined,
          channel: SHARED,
          text: `ASIAY34FZKBOKMUTVV7A ${secret()}`,
        }),
        { extShared: true },
      );
      const session = await alert('ASIAY34FZKBOKMUTVV7A', 'could not be told');
      expect(session.words).toContain('of another organization');
      expect(session.words).toContain('cannot be switched off by itself');
      expect(session.buttons).toEqual([]);
    },
    2 * LONG,
  );

  it(
    'is told where its ID and its secret stand in two messages of one author, in either order',
    async () => {
      const [one, two, three] = [accessKeyId(), accessKeyId(), accessKeyId()];
      await nora.say(TEAM, `the new key is ${one}`)?.done;
      await nora.say(TEAM, secret())?.done;
      const found = await alert(one, 'High');
      const [pasted] = nora.messages(TEAM).slice(-1);
      expect(JSON.stringify(found.blocks)).toContain(`/archives/${TEAM}/p${pasted?.ts.replace('.', '')}`);
      await told(nora, 'Please delete it now', one);
      await nora.erase(TEAM, pasted?.ts ?? '')?.done;
      expect((await alert('Message deleted', one)).ts).toBe(found.ts);

      // The secret first, in a thread; it is the one to delete, and is edited away.
      const threadTs = nora.messages(TEAM)[0]?.ts ?? '';
      await nora.say(TEAM, `${secret()} is it, the ID follows`, { threadTs })?.done;
      const [first] = nora.messages(TEAM).slice(-1);
      await nora.say(TEAM, `and for that ${two}`, { threadTs })?.done;
      const second = await alert(two);
      expect(JSON.stringify(second.blocks)).toContain(`/p${first?.ts.replace('.', '')}`);
      await nora.rewrite(TEAM, first?.ts ?? '', 'gone')?.done;
      expect((await alert('Message edited', two)).ts).toBe(second.ts);

      // Of two people, or in two places, they are nobody's key.
      const before = alerts().length;
      await scene.slack.as(PEOPLE.viewer).say(TEAM, three)?.done;
      await ada.say(TEAM, secret())?.done;
      await ada.say(SHARED, `about ${accessKeyId()}`)?.done;
      await settled();
      expect(alerts().filter(({ words }) => words.includes(three))).toEqual([]);
      expect(alerts().length).toBe(before + 1);

      // An app is who it is, whatever it calls itself; another of that name is another.
      const [four, five] = [accessKeyId(), accessKeyId()];
      const deploys = { bot_id: 'B0DEPLOY', username: 'deploy 1' };
      scene.slack.sendEvent(appMessage({ ...deploys, text: `made ${four}` }));
      scene.slack.sendEvent(appMessage({ ...deploys, username: 'deploy 2', text: secret() }));
      expect((await alert(four)).words).toContain('of the app deploy 2');
      scene.slack.sendEvent(appMessage({ ...deploys, text: `made ${five}` }));
      scene.slack.sendEvent(appMessage({ ...deploys, bot_id: 'B0OTHER', text: secret() }));
      await settled();
      expect(alerts().filter(({ words }) => words.includes(five))).toEqual([]);
    },
    2 * LONG,
  );

  it(
    'is quiet about IDs alone, examples and what Rekey writes itself; and when it is switched off',
    async () => {
      const before = await settled();
      const both = `${STRANGE.replace('VV7A', 'VV7C')} ${secret()}`;
      await nora.say(TEAM, `is ${key.accessKeyId} still used?`)?.done;
      await nora.say(TEAM, 'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')?.done;
      await nora.say(TEAM, `AKIARZPUZDIKDUIDT77F ${secret()}`)?.done;
      const { botUserId, appId } = scene.slack;
      for (const own of [{ user: botUserId }, { bot_id: 'B0REKEY' }, { bot_id: 'B0X', app_id: appId }]) {
        const message = { type: 'message', ...own, text: both, ts: '1.000001' };
        await scene.slack.sendEvent(appMessage({ ...message, subtype: undefined })).done;
        await scene.slack.sendEvent(
          appMessage({ subtype: 'message_changed', message, previous_message: message }),
        ).done;
      }
      await scene.slack.sendEvent(appMessage({ channel: 'D0DIRECT', channel_type: 'im', text: both })).done;
      expect(await settled()).toBe(before);

      await ada.slash('/aws-settings');
      const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings', LONG);
      expect(settings.words).toContain('public channels, private channels, group messages');
      await settings.click('Stop looking');
      const why = await ada.waitForModal((modal) => modal.title === 'Stop looking for keys');
      await why.fill({ Reason: 'an exercise' });
      await why.submit();
      await (await ada.waitForModal((modal) => modal.title === 'Switched off')).close();
      await nora.say(TEAM, both)?.done;
      await alert('Keys in channels are not looked for any more', 'an exercise');
      const again = await ada.waitForModal((modal) => modal.words.includes('switched off by'), LONG);
      await again.click('Look again', { confirm: true });
      await alert('are looked for again');
      expect(await settled()).toBe(before);
    },
    2 * LONG,
  );

  it(
    'tells of a dump of 500 in one message',
    async () => {
      const dump = Array.from({ length: 500 }, () => `${accessKeyId()},${secret()}`).join('\n');
      scene.slack.sendEvent(appMessage({ username: 'dump', text: dump }));
      expect((await alert('500 access keys')).words).toContain('492 more');
    },
    LONG,
  );

  it('left no secret anywhere', async () => {
    await scene.stop();
    const files = readdirSync(scene.folder).map((name) => ({
      name,
      text: readFileSync(join(scene.folder, name), 'latin1'),
    }));
    const places = [
      { name: 'log', text: scene.logLines.join('\n') },
      ...scene.slack.received.map(({ method, raw, args }) => ({
        name: `to Slack: ${method}`,
        text: `${raw}\n${JSON.stringify(args)}`,
      })),
      ...files,
      ...(await tablesOf(scene.environment['DATABASE_URL'] ?? '')),
    ];
    expect(places.some(({ text }) => text.includes(STRANGE))).toBe(true);
    const some = [...secrets.slice(0, 20), ...secrets.slice(-20)];
    expect(hunt(some, places)).toEqual([]);
    expect(scene.slack.defects).toEqual([]);
  });
});

describe('without the overlay', () => {
  it('nothing is looked for, and the settings say how to', async () => {
    const scene = await Scene.set('socket', 'sqlite');
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const ada = scene.slack.as(PEOPLE.admin);
    expect(ada.say(CHANNELS.alerts, 'hello')).toBeUndefined();
    await ada.slash('/aws-settings');
    const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings', LONG);
    expect(settings.words).toContain('the Slack app has not the scopes');
    await scene.strike();
  });
});
