import type { App } from '@slack/bolt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MovableClock } from '../../sandbox/clock.ts';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { moveCalmly } from '../../sandbox/moves.ts';
import type { ClockStep, Setup } from '../../sandbox/page/wire.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { systemClock } from '../../src/clock.ts';
import { connectKey, outcome } from '../support/acting.ts';
import { transports } from './slack/bolt-app.ts';
import { connectModal } from './slack/sample-views.ts';

const DAY = 86_400_000;

describe('Rekey and both stand-ins after the clock was moved', () => {
  let sandbox: Sandbox;
  let ada: PersonDriver;
  let setup: Setup;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
    ada = sandbox.slack.as('U0ADA');
    setup = (await (await fetch(`${sandbox.url}setup`)).json()) as Setup;
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  const move = (step: ClockStep): Promise<void> =>
    moveCalmly(sandbox.clock, step, [sandbox.slack.traffic, sandbox.aws.traffic]);

  const tested = async (name: string): Promise<ModalDriver> => {
    await ada.modal()?.close('x');
    await ada.slash(`/aws-test ${name}`);
    return outcome(ada);
  };

  test('a connection by access key goes on working, day by day', async () => {
    const key = setup.keys.find(({ id }) => id === 'good');
    if (key === undefined) throw new Error('The good key is gone');
    const connected = await connectKey(ada, 'Production', key);
    expect(connected.title).toBe('Connected');
    for (const step of ['hour', 'day', 'week'] as const) {
      await move(step);
      expect((await tested('Production')).title).toBe('Test passed');
    }
  });

  test('a session of a role that ended meanwhile is taken anew', async () => {
    await ada.modal()?.close('x');
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
    const externalId = /external ID `([^`]+)`/.exec(form.words)?.[1] ?? '';
    const made = await fetch(`${sandbox.url}act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: sandbox.url.replace(/\/$/, '') },
      body: JSON.stringify({ act: 'make_role', externalId }),
    });
    const { roleArn } = (await made.json()) as { roleArn: string };
    await form.fill({ 'Connection name': 'Customer', 'Role ARN': roleArn });
    await form.submit();
    expect((await outcome(ada)).title).toBe('Connected');
    await move('day');
    expect((await tested('Customer')).title).toBe('Test passed');
  });

  test('a form that was open meanwhile can still be used, and windows still open', async () => {
    await ada.modal()?.close('x');
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
    await move('day');
    await form.fill({ Method: 'Access key' });
    await ada.waitForModal((modal) => modal.labels.includes('Access key ID'), 10_000);
    await move('morning');
    await form.close('x');
    await ada.slash('/aws-settings');
    await ada.waitForModal((modal) => modal.title === 'Rekey settings', 10_000);
  });

  test('the socket stays open, and no click met trouble', () => {
    expect(sandbox.slack.sockets.connections).toBe(1);
    expect(ada.notices()).toEqual([]);
    expect(sandbox.slack.defects).toEqual([]);
  });

  test('what is posted carries the time of the moved clock', async () => {
    sandbox.slack.say('U0ADA', 'C0ALERTS', 'What day is it?');
    const asked = ada.messages('C0ALERTS').at(-1);
    expect(Number(asked?.ts) * 1000 - Date.now()).toBeGreaterThan(9 * DAY);
  });
});

describe.each(transports)('Slack over %s, days ahead of this machine', (_name, join) => {
  test('is believed, and its triggers open windows though the clock moves meanwhile', async () => {
    const clock = new MovableClock();
    const said: string[] = [];
    const listen = (app: App): void => {
      app.command('/aws-help', async ({ ack, command, client }) => {
        await ack();
        clock.forward(DAY);
        const { view } = await client.views.open({ trigger_id: command.trigger_id, view: connectModal });
        said.push(view?.type ?? '');
      });
    };
    const joined = await join(listen, { clock, wireClock: systemClock });
    try {
      clock.forward(3 * DAY);
      const alice = joined.slack.as(joined.slack.addPerson({ name: 'alice' }).id);
      expect((await alice.slash('/aws-help')).ack.outcome).toBe('ack');
      await expect.poll(() => said).toEqual(['modal']);
      expect(joined.errors).toEqual([]);
    } finally {
      await joined.stop();
    }
  });
});
