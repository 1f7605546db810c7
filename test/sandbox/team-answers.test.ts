import type { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CAST } from '../../sandbox/cast.ts';
import { MovableClock } from '../../sandbox/clock.ts';
import { Meanwhile } from '../../sandbox/meanwhile.ts';
import { TeamAnswers } from '../../sandbox/team-answers.ts';
import { systemClock } from '../../src/clock.ts';
import { overSocket, type Joined } from './slack/bolt-app.ts';

const SECONDS = 1_000;
const DAY = 86_400_000;
const ALERTS = 'C0ALERTS';

const reminder = [
  { type: 'section', text: { type: 'mrkdwn', text: 'Two keys want you' } },
  ...['AKIA1', 'AKIA2'].map((id) => ({
    type: 'actions',
    block_id: id,
    elements: ['Rotate', 'Snooze', 'Details'].map((label) => ({
      type: 'button',
      action_id: `key.${label.toLowerCase()}`,
      value: id,
      text: { type: 'plain_text', text: label },
    })),
  })),
];

/** A bot that takes snoozes as Rekey does, as far as a person sees. */
function listen(snoozed: { by: string; key: string; reason: string }[]): (app: App) => void {
  return (app) => {
    app.action('key.snooze', async ({ ack, body, client, action }) => {
      await ack();
      const trigger_id = 'trigger_id' in body ? body.trigger_id : '';
      await client.views.open({
        trigger_id,
        view: {
          type: 'modal',
          callback_id: 'snooze',
          private_metadata: 'value' in action ? (action.value ?? '') : '',
          title: { type: 'plain_text', text: 'Snooze' },
          submit: { type: 'plain_text', text: 'Snooze' },
          blocks: [
            {
              type: 'input',
              block_id: 'reason',
              label: { type: 'plain_text', text: 'Reason' },
              element: { type: 'plain_text_input', action_id: 'reason' },
            },
          ],
        },
      });
    });
    app.view('snooze', async ({ ack, view, body }) => {
      await ack();
      const reason = view.state.values['reason']?.['reason']?.value ?? '';
      snoozed.push({ by: body.user.id, key: view.private_metadata, reason });
    });
  };
}

describe('the sample team', () => {
  const snoozed: { by: string; key: string; reason: string }[] = [];
  let clock: MovableClock;
  let joined: Joined;
  let answers: TeamAnswers;
  let meanwhile: Meanwhile;

  beforeEach(async () => {
    snoozed.length = 0;
    clock = new MovableClock();
    joined = await overSocket(listen(snoozed), { clock, wireClock: systemClock });
    const { slack } = joined;
    for (const each of [CAST.bo, CAST.cleo]) slack.addPerson(each);
    slack.addChannel({ id: ALERTS, name: 'aws-alerts' });
    meanwhile = new Meanwhile();
    answers = new TeamAnswers({ slack, clock, meanwhile });
  });

  afterEach(async () => {
    answers.stop();
    await joined.stop();
  });

  const remind = async (channel: string): Promise<string> => {
    const web = new WebClient(joined.slack.botToken, { slackApiUrl: joined.slack.url });
    const { ts } = await web.chat.postMessage({ channel, text: 'Reminders', blocks: reminder });
    return ts ?? '';
  };
  const remindBo = (): Promise<string> => remind(joined.slack.as(CAST.bo.id).directId);
  const said = () =>
    joined.slack
      .state(CAST.cleo.id)
      .channels.flatMap(({ messages }) => messages.filter((each) => !each.fromApp));
  /** Time enough for whatever they might do. */
  const aWhile = async (): Promise<void> => {
    clock.forward(20 * SECONDS);
    await systemClock.sleep(200);
  };

  test('Bo snoozes the first key of his reminder, a little later and with a reason', async () => {
    await remindBo();
    await systemClock.sleep(100);
    expect(snoozed).toEqual([]);
    clock.forward(5 * SECONDS);
    await expect.poll(() => snoozed).toHaveLength(1);
    expect(snoozed[0]).toMatchObject({ by: CAST.bo.id, key: 'AKIA1' });
    expect(snoozed[0]?.reason.length).toBeGreaterThan(10);
    await expect.poll(() => meanwhile.list().map(({ where }) => where)).toEqual(['Slack']);
    expect(joined.slack.as(CAST.bo.id).modal()).toBeUndefined();
    expect(said()).toEqual([]);
  });

  test('Bo leaves his next reminders alone for ten days', async () => {
    await remindBo();
    await aWhile();
    await expect.poll(() => snoozed).toHaveLength(1);
    clock.forward(8 * DAY);
    await remindBo();
    await aWhile();
    expect(snoozed).toHaveLength(1);
    clock.forward(3 * DAY);
    await remindBo();
    await aWhile();
    await expect.poll(() => snoozed).toHaveLength(2);
  });

  test('Cleo answers digests in their threads, as a script, and only so often', async () => {
    const posts: string[] = [];
    for (let count = 1; count <= 5; count += 1) {
      posts.push(await remind(ALERTS));
      await aWhile();
      const expected = Math.min(count, 3);
      await expect.poll(said).toHaveLength(expected);
    }
    expect(said().map(({ threadTs }) => threadTs)).toEqual(posts.slice(0, 3));
    expect(said().every(({ scripted, userId }) => scripted && userId === CAST.cleo.id)).toBe(true);
    expect(new Set(said().map(({ text }) => text)).size).toBe(3);
    expect(snoozed).toEqual([]);
  });

  test('what does not offer to snooze several keys is no reminder', async () => {
    const web = new WebClient(joined.slack.botToken, { slackApiUrl: joined.slack.url });
    await web.chat.postMessage({ channel: ALERTS, text: 'Just so you know', blocks: reminder.slice(0, 1) });
    await web.chat.postMessage({
      channel: ALERTS,
      text: 'One key is in danger',
      blocks: reminder.slice(0, 2),
    });
    joined.slack.say(CAST.bo.id, ALERTS, 'Snooze');
    await aWhile();
    expect(said().map(({ text }) => text)).toEqual(['Snooze']);
  });

  test('nobody answers while it is switched off, nor later for that time', async () => {
    answers.on = false;
    await remindBo();
    await remind(ALERTS);
    await aWhile();
    answers.on = true;
    await aWhile();
    expect(snoozed).toEqual([]);
    expect(said()).toEqual([]);
    await remind(ALERTS);
    await systemClock.sleep(50);
    answers.on = false;
    await aWhile();
    expect(said()).toEqual([]);
  });

  test('whom a visitor plays answers for themselves', async () => {
    answers.isPlayed = (userId) => userId === CAST.bo.id;
    await remindBo();
    await remind(ALERTS);
    await aWhile();
    await expect.poll(said).toHaveLength(1);
    expect(snoozed).toEqual([]);
  });

  test('an answer that meets trouble is left out', async () => {
    joined.slack.faults.add('views.open', { kind: 'error', error: 'fatal_error' });
    await remindBo();
    await aWhile();
    expect(snoozed).toEqual([]);
    expect(meanwhile.list()).toEqual([]);
  });
});
