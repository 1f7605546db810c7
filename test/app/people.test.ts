import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { NewKey } from '../../sandbox/aws/world.ts';
import { call } from '../../src/detections/example.ts';
import { standing } from '../db/key-samples.ts';
import { accountOf, connectKey, freshUser, sendUndo } from '../support/acting.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const GROUP = 'S0ONCALL';

describe('people around an incident, over signed HTTP', () => {
  let scene: Scene;
  let ada: PersonDriver;
  let nora: PersonDriver;
  let key: NewKey;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    scene.slack.addUserGroup({ id: GROUP, handle: 'on-call', name: 'On call', users: [PEOPLE.viewer] });
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    [ada, nora] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.nobody)];
    const user = accountOf(scene).addUser('shop', { attached: ['ReadOnlyAccess'] });
    key = user.addKey();
    const stores = await scene.stores();
    const owner = { kind: 'user', userId: PEOPLE.nobody } as const;
    await stores.atomically([stores.inventory.standings.put([standing(key.accessKeyId, 1, [], [owner])])]);
    await stores.close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  function happen(action: string, id: string): void {
    const at = Math.floor(Date.now() / 1_000) * 1_000 - 5 * 60_000;
    const text = JSON.stringify(call(action, { asked: { userName: 'x' }, from: '192.0.2.44' }));
    const record = JSON.parse(text.replaceAll('AKIAIOSFODNN7EXAMPLE', key.accessKeyId)) as Record<
      string,
      unknown
    >;
    record['eventTime'] = new Date(at).toISOString().replace('.000Z', 'Z');
    accountOf(scene)
      .in('us-east-1')
      .history.add({
        eventId: id,
        at,
        visibleAt: at,
        name: String(record['eventName']),
        source: String(record['eventSource']),
        userName: 'shop',
        accessKeyId: key.accessKeyId,
        readOnly: false,
        resources: [],
        record,
      });
  }

  const inChannel = (...words: string[]) =>
    ada.waitForMessage((each) => words.every((word) => each.words.includes(word)), {
      channel: CHANNELS.alerts,
      timeoutMs: LONG,
    });
  const toNora = (...words: string[]) =>
    nora.waitForMessage((each) => words.every((word) => each.words.includes(word)), { timeoutMs: LONG });

  it(
    'are mentioned, asked, heard and told, each where they are',
    async () => {
      await ada.slash('/aws-settings');
      const settings = await ada.waitForModal((modal) => modal.title === 'Rekey settings');
      await settings.click('Set on-call');
      const onCall = await ada.waitForModal((modal) => modal.title === 'On-call');
      expect((await onCall.submit()).result).toBe('errors');
      await onCall.field('User group').pick('call', 'On call (@on-call)');
      await onCall.fill({ 'From this severity': 'medium' });
      await onCall.submit();
      await (await ada.waitForModal((modal) => modal.title === 'Saved')).close();
      await ada.waitForModal(({ words }) => words.includes(`<!subteam^${GROUP}> is mentioned`));
      await ada.modal()?.close('x');

      happen('cloudtrail:StopLogging', 'e1');
      const { key: own } = freshUser(scene, 'guard', ['verify', 'watch', 'contain']);
      await (await connectKey(ada, 'main', own)).close();

      const incident = await inChannel('CloudTrail stopped or deleted', `<!subteam^${GROUP}>`);
      const question = await toNora('Was this you?', '192.0.2.44');
      expect(question.buttons).toEqual(['It was me', 'It was not me']);
      await inChannel('Asked', 'in private whether it was them');

      await question.click('It was me');
      const form = await nora.waitForModal((modal) => modal.title === 'It was me');
      expect((await form.submit()).result).toBe('errors');
      await form.fill({ 'What did you do, and from where?': 'I moved the trail' });
      await form.submit();
      await (await nora.waitForModal((modal) => modal.title === 'Thank you')).close();
      const mine = await inChannel('says that it was them', 'I moved the trail');
      expect(mine.threadTs).toBe(incident.ts);
      expect(mine.buttons).toEqual(['This is us', 'Close', 'Details']);

      // On second thoughts.
      const again = await toNora('You said at', 'that it was you');
      await again.click('It was not me');
      const not = await nora.waitForModal((modal) => modal.title === 'It was not me');
      await not.submit();
      await (await nora.waitForModal((modal) => modal.title === 'Thank you')).close();
      const denied = await inChannel('says that it was NOT them', `<!subteam^${GROUP}>`);
      expect(denied.threadTs).toBe(incident.ts);

      // Others have no say in it, from whatever copy of the button.
      await denied.click('Deactivate');
      const contain = await ada.waitForModal((modal) => modal.title === 'Deactivate');
      await contain.fill({ Reason: 'its owner denies it' });
      await contain.submit();
      await (
        await ada.waitForModal(
          (modal) => modal.title === 'Containment' && modal.words.includes('Contained and held'),
          LONG,
        )
      ).close();
      const off = await toNora('was shut off', 'its owner denies it');
      expect(off.words).toContain('What comes next');

      const card = await inChannel('shop', 'Contained and held', 'Held until');
      await card.click('Undo');
      await sendUndo(ada, 'it was the migration');
      const over = await ada.waitForModal(
        (modal) => modal.title === 'Containment' && modal.words.includes('Taken back'),
        LONG,
      );
      expect(over.buttons).toEqual(['Evidence', 'Close as a false alarm']);
      await over.click('Close as a false alarm');
      const closing = await ada.waitForModal((modal) => modal.title === 'Close the incident');
      await closing.submit();
      const closed = await ada.waitForModal((modal) => modal.title === 'Incident closed');
      expect(closed.words).toContain('Closed as a false alarm');
      expect(closed.buttons).toEqual(['This is us']);
      await ada.modal()?.close('x');
      await toNora('works as before');
      await inChannel('Closed as a false alarm');

      // What is pressed too late says so, and is on record.
      const late = await toNora('You said at', 'not you');
      await late.click('It was me');
      const refused = await nora
        .waitForModal(({ words }) => words.includes('closed already'))
        .catch(() => nora.waitForEphemeral(({ words }) => words.includes('closed already')));
      expect(refused.words).toContain(`<@${PEOPLE.admin}>`);
      expect(scene.slack.defects).toEqual([]);
    },
    3 * LONG,
  );
});
