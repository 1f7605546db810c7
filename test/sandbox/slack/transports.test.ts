import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';
import { overHttp, overSocket, transports, type Joined } from './bolt-app.ts';
import { home } from './sample-views.ts';

let joined: Joined;

afterEach(() => joined.stop());

const calls: string[] = [];

function listen(app: App): void {
  calls.length = 0;
  app.command('/aws-help', async ({ ack, command }) => {
    calls.push(`help ${command.text}`);
    await ack();
  });
  app.command('/aws-twice', async ({ ack }) => {
    await ack();
    await ack();
  });
  app.command('/aws-late', async ({ ack }) => {
    await sleep(90);
    await ack();
  });
  app.command('/aws-never', () => {
    calls.push('never');
    return Promise.resolve();
  });
  app.action('never', () => Promise.resolve());
  app.view('never', () => Promise.resolve());
  app.event('app_home_opened', async ({ event, client }) => {
    calls.push('home');
    await client.views.publish({ user_id: event.user, view: home });
  });
}

describe.each(transports)('over %s', (_name, join) => {
  test('a command nobody acknowledges is an operation_timeout to the person', async () => {
    joined = await join(listen, { ackMs: 150 });
    const { slack } = joined;
    const alice = slack.as(slack.addPerson({ name: 'alice' }).id);
    const outcome = await alice.slash('/aws-never');
    expect(outcome).toMatchObject({ ack: { outcome: 'timeout' }, error: 'operation_timeout' });
    expect(outcome.ack.ms).toBeGreaterThanOrEqual(140);
    expect(alice.notices().map((each) => each.code)).toEqual(['operation_timeout']);
    expect(calls).toEqual(['never']);
    expect(slack.defects.map((each) => each.what)).toEqual(['command not acknowledged in time']);
  });

  test('a lost delivery never reaches the app; one delivered twice does so twice', async () => {
    joined = await join(listen, { ackMs: 100 });
    const { slack } = joined;
    const alice = slack.as(slack.addPerson({ name: 'alice' }).id);
    slack.faults.add('deliver:command', { kind: 'lost' });
    expect((await alice.slash('/aws-help 1')).error).toBe('operation_timeout');
    slack.faults.add('deliver:command', { kind: 'twice' });
    await alice.slash('/aws-help 2');
    expect(calls).toEqual(['help 2', 'help 2']);
  });

  test('an event is sent again while nobody answers for it', async () => {
    joined = await join(listen, { ackMs: 250, eventRetryDelaysMs: [0, 10, 10] });
    const { slack } = joined;
    const person = slack.addPerson({ name: 'alice' });
    slack.faults.add('deliver:event', { kind: 'lost' }, { times: 2 });
    const acks = (await slack.openHome(person.id)?.done) ?? [];
    expect(acks.map((each) => each.outcome)).toEqual(['timeout', 'timeout', 'ack']);
    expect(slack.sent.map((each) => each.retry)).toEqual([0, 1, 2]);
    expect(new Set(slack.sent.map((each) => each.body['event_id'])).size).toBe(1);
    expect(calls).toEqual(['home']);
  });

  test('the payload tells who acts from where', async () => {
    joined = await join(listen, {});
    const { slack } = joined;
    const other = slack.addWorkspace({ id: 'T0OTHER', name: 'Other', domain: 'other' });
    const outsider = slack.addPerson({ name: 'mallory', teamId: other.id });
    const stranger = slack.addPerson({ name: 'paula', teamId: other.id, isStranger: true });
    slack.addChannel({ name: 'partners', extShared: true, members: [stranger.id] });
    await slack.as(outsider.id).slash('/aws-help');
    await slack.as(stranger.id).slash('/aws-help', { channel: 'partners' });
    expect(slack.sent.map((each) => each.body['team_id'])).toEqual(['T0OTHER', slack.teamId]);
  });
});

describe('over signed HTTP', () => {
  async function start(ackMs?: number) {
    joined = await overHttp(listen, ackMs === undefined ? {} : { ackMs });
    const { slack } = joined;
    return { slack, alice: slack.as(slack.addPerson({ name: 'alice' }).id) };
  }

  test.each([
    ['a signature by another secret', { secret: 'not-the-secret' }, 401],
    ['a time stamp six minutes old', { offsetSeconds: -360 }, 401],
    ['no signature', { unsigned: true }, 401],
  ])('Bolt refuses %s', async (_name, forgery, status) => {
    const { slack, alice } = await start();
    slack.http.forgery = forgery;
    const outcome = await alice.slash('/aws-help');
    expect(outcome).toMatchObject({ ack: { outcome: 'refused', status }, error: 'dispatch_failed' });
    expect(calls).toEqual([]);
  });

  test('Bolt lets a time stamp of the future pass, which an app must refuse itself', async () => {
    const { slack, alice } = await start();
    slack.http.forgery = { offsetSeconds: 3_600 };
    expect((await alice.slash('/aws-help')).ack.outcome).toBe('ack');
  });

  test('ssl_check and url_verification are answered', async () => {
    const { slack } = await start();
    expect((await slack.http.sslCheck()).status).toBe(200);
    expect(await slack.http.urlVerification('abc')).toMatchObject({
      status: 200,
      body: '{"challenge":"abc"}',
    });
  });

  test('a retried event carries its number and reason; x-slack-no-retry ends the retries', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(
        `${String(request.headers['x-slack-retry-num'])} ${String(request.headers['x-slack-retry-reason'])}`,
      );
      response.writeHead(500, seen.length === 3 ? { 'x-slack-no-retry': '1' } : {}).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { slack } = await start();
    slack.settings.eventRetryDelaysMs = [0, 0, 0];
    const address = server.address();
    slack.useHttp(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`);
    await slack.sendEvent({ type: 'app_uninstalled' }).done;
    server.closeAllConnections();
    server.close();
    expect(seen).toEqual(['undefined undefined', '1 http_error', '2 http_error']);
  });

  test('acknowledging twice is an error in the app', async () => {
    const { alice } = await start();
    expect((await alice.slash('/aws-twice')).ack.outcome).toBe('ack');
    await expect.poll(() => joined.errors).toEqual(['slack_bolt_receiver_ack_multiple_error']);
  });

  test('an app that is not there is a dispatch_failed', async () => {
    const { slack, alice } = await start();
    slack.useHttp('http://127.0.0.1:9/slack/events');
    expect((await alice.slash('/aws-help')).error).toBe('dispatch_failed');
  });
});

/** Tries to open a socket; it stays open until the stand-in stops. */
async function opened(url: string): Promise<string> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.addEventListener('error', () => resolve('refused'));
    socket.addEventListener('open', () => resolve('open'));
  });
}

describe('over Socket Mode', () => {
  async function start(ackMs?: number) {
    joined = await overSocket(listen, ackMs === undefined ? {} : { ackMs });
    const { slack } = joined;
    return { slack, alice: slack.as(slack.addPerson({ name: 'alice' }).id) };
  }

  test('the app reconnects after a refresh and hears again', async () => {
    const { slack, alice } = await start();
    slack.sockets.refresh();
    await expect.poll(() => slack.sockets.connections, { interval: 5 }).toBe(0);
    expect((await alice.slash('/aws-help gap')).error).toBe('dispatch_failed');
    await slack.sockets.connected();
    expect((await alice.slash('/aws-help')).ack.outcome).toBe('ack');
    expect(calls).toEqual(['help ']);
  });

  test('the app reconnects after its socket broke', async () => {
    const { slack, alice } = await start();
    slack.sockets.drop();
    await slack.sockets.connected();
    expect((await alice.slash('/aws-help')).ack.outcome).toBe('ack');
  });

  test('each payload goes to one of several sockets', async () => {
    const { slack, alice } = await start();
    const sockets = slack.sockets;
    const opened = await fetch(`${slack.url}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.appToken}` },
    });
    const { url } = (await opened.json()) as { url: string };
    const mine: string[] = [];
    const second = new WebSocket(url);
    second.addEventListener('message', ({ data }) => {
      const envelope = JSON.parse(String(data)) as { envelope_id?: string };
      if (envelope.envelope_id === undefined) return;
      mine.push(envelope.envelope_id);
      second.send(JSON.stringify({ envelope_id: envelope.envelope_id }));
      second.send(JSON.stringify({ envelope_id: envelope.envelope_id }));
    });
    await sockets.connected(2);
    for (const word of ['1', '2', '3', '4']) await alice.slash(`/aws-help ${word}`);
    second.close();
    expect([calls.length, mine.length]).toEqual([2, 2]);
    expect(slack.defects.map((each) => each.what)).toEqual([
      'command acknowledged twice',
      'command acknowledged twice',
    ]);
  });

  test('a ticket opens one socket, and none opens without', async () => {
    const { slack } = await start();
    const base = slack.url.replace('http', 'ws').replace('/api/', '');
    const ticket = slack.sockets.ticket() ?? '';
    const first = await opened(`${base}${ticket}`);
    expect([first, await opened(`${base}${ticket}`), await opened(`${base}/link/?ticket=none`)]).toEqual([
      'open',
      'refused',
      'refused',
    ]);
  });

  test('an app has ten sockets and no more', async () => {
    const { slack } = await start();
    const base = slack.url.replace('http', 'ws').replace('/api/', '');
    for (let count = 2; count <= 10; count += 1) await opened(`${base}${slack.sockets.ticket() ?? ''}`);
    await slack.sockets.connected(10);
    expect(slack.sockets.ticket()).toBeUndefined();
  });

  test('acknowledging late is of no use to the person, and a defect', async () => {
    const { slack, alice } = await start(40);
    expect((await alice.slash('/aws-late')).error).toBe('operation_timeout');
    await expect
      .poll(() => slack.defects.map((each) => each.what))
      .toEqual(['command not acknowledged in time', 'command acknowledged after the deadline']);
    expect(alice.ephemerals()).toEqual([]);
  });

  test('an app whose Socket Mode is turned off hears no more', async () => {
    const { slack, alice } = await start();
    slack.sockets.disableLink();
    await expect.poll(() => slack.sockets.connections, { interval: 5 }).toBe(0);
    expect((await alice.slash('/aws-help')).error).toBe('dispatch_failed');
  });

  test('acknowledging twice passes unnoticed: Bolt sends one acknowledgement', async () => {
    const { slack, alice } = await start();
    await alice.slash('/aws-twice');
    await alice.slash('/aws-help');
    expect(joined.errors).toEqual([]);
    expect(slack.received.filter((each) => each.method === 'ack')).toHaveLength(2);
    expect(slack.defects).toEqual([]);
  });
});
