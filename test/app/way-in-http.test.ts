import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signature } from '../../sandbox/slack/http-delivery.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const FORM = 'application/x-www-form-urlencoded';
const MARK = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe('signed requests', () => {
  let scene: Scene;
  let url: string;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    await scene.start({ LOG_LEVEL: 'debug' });
    url = scene.httpUrl;
  });

  afterAll(async () => {
    await scene.strike();
  });

  function command(): string {
    return new URLSearchParams({
      command: '/aws-help',
      text: MARK,
      team_id: scene.slack.teamId,
      user_id: PEOPLE.admin,
      api_app_id: scene.slack.appId,
      trigger_id: scene.slack.issueTrigger(PEOPLE.admin),
    }).toString();
  }

  it.each([
    ['an honest one', {}, 200],
    ['a clock four minutes ahead', { offsetSeconds: 240 }, 200],
    ['a clock four minutes behind', { offsetSeconds: -240 }, 200],
    ['a clock six minutes ahead', { offsetSeconds: 360 }, 401],
    ['a clock a day ahead', { offsetSeconds: 86_400 }, 401],
    ['a clock six minutes behind', { offsetSeconds: -360 }, 401],
    ['another secret', { secret: 'not-the-secret' }, 401],
    ['no signature', { unsigned: true }, 401],
  ])('answers %s', async (_, forgery, status) => {
    const answer = await scene.slack.http.post(command(), FORM, {}, forgery);
    expect(answer.status).toBe(status);
    expect(answer.body.includes('Rekey looks after')).toBe(status === 200);
    expect(answer.ms).toBeLessThan(3_000);
  });

  it.each([
    ['soon', 'not a number'],
    ['', 'empty'],
    ['1e99', 'beyond all time'],
    ['-1', 'negative'],
  ])('refuses the time stamp %o (%s)', async (stamp) => {
    const answer = await scene.slack.http.post(command(), FORM, { 'x-slack-request-timestamp': stamp });
    expect(answer.status).toBe(401);
  });

  it('refuses a body that was changed on the way', async () => {
    const honest = command();
    const answers = await Promise.all(
      [`${honest}&user_id=${PEOPLE.viewer}`, honest.replace('help', 'settings'), ` ${honest}`, ''].map(
        (body) => scene.slack.http.post(body, FORM, signedFor(honest)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  it('refuses a body that is far too large, without reading it all', async () => {
    expect((await scene.slack.http.post(`payload=${'x'.repeat(3_000_000)}`, FORM)).status).toBe(413);
    const endless = connect(Number(new URL(url).port), new URL(url).hostname);
    endless.on('error', () => undefined);
    endless.write('POST /slack/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
    let sent = 0;
    while (!endless.destroyed && sent < 2_000) {
      endless.write(chunk);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(2_000);
  });

  it("answers Slack's own questions", async () => {
    const asked = await scene.slack.http.urlVerification('challenge-3eZ');
    expect([asked.status, asked.body]).toEqual([200, expect.stringContaining('challenge-3eZ')]);
    expect((await scene.slack.http.sslCheck()).status).toBe(200);
  });

  it('has nothing at other addresses and for other methods', async () => {
    const elsewhere = new URL('/', url);
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(404);
    expect((await fetch(elsewhere)).status).toBe(404);
    expect((await fetch(new URL('/admin', url), { method: 'POST', body: 'x' })).status).toBe(404);
    const { hostname, port } = new URL(url);
    const odd = connect(Number(port), hostname);
    odd.end('POST // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [first] = (await once(odd, 'data')) as [Buffer];
    expect(first.toString()).toContain('404');
  });

  it('survives what is no HTTP, and a body that is no form', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.end('\u0000\u0001 nonsense\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    for (const [body, type] of [
      ['{"type":', 'application/json'],
      ['payload=%7Bnot-json', FORM],
    ] as const) {
      const { status } = await scene.slack.http.post(body, type);
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect((await scene.slack.http.post(command(), FORM)).status).toBe(200);
  });

  it('logged nothing of any body, secret or signature', () => {
    const log = scene.logLines.join('');
    expect(log).not.toContain(MARK);
    expect(log).not.toContain('trigger_id');
    expect(log).not.toContain(scene.slack.signingSecret);
    expect(log).not.toMatch(/v0=[0-9a-f]{10}/);
    expect(log).not.toContain('xxxxxxxx');
  });

  function signedFor(body: string): Record<string, string> {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    return {
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature(scene.slack.signingSecret, timestamp, body),
    };
  }
});
