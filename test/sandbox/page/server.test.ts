import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandbox, startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import type { Act, Done, Setup, Snapshot } from '../../../sandbox/page/wire.ts';

const ADMIN = 'U0ADA';

let running: Sandbox;
let port: number;

beforeAll(async () => {
  process.env['AWS_PROFILE'] = 'of-the-visitor';
  process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9';
  running = await startSandbox(0);
  port = Number(new URL(running.url).port);
});

afterAll(async () => {
  await running.stop();
});

/** A request with headers a browser would not let a page choose. */
function send(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function act(what: Act): Promise<Done> {
  const headers = { origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
  const { status, body } = await send('/act', { method: 'POST', headers, body: JSON.stringify(what) });
  expect(status).toBe(200);
  return JSON.parse(body) as Done;
}

/** Reads what a person's client shows until it passes the test. */
async function seen(as: string, test: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  const stop = new AbortController();
  const response = await fetch(`${running.url}events?as=${as}`, { signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let buffer = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      buffer += decoder.decode(chunk, { stream: true });
      const events = buffer.split('\n\n');
      buffer = events.pop() ?? '';
      for (const event of events) {
        if (!event.startsWith('data: ')) continue;
        const snapshot = JSON.parse(event.slice('data: '.length)) as Snapshot;
        if (test(snapshot)) return snapshot;
      }
    }
  } finally {
    stop.abort();
  }
  throw new Error('The stream ended');
}

describe('the page server', () => {
  it('serves the page, its code as JavaScript, and nothing else', async () => {
    const page = await send('/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style="/);
    const code = await send('/sandbox/page/browser/app.ts');
    expect(code.headers['content-type']).toContain('text/javascript');
    expect(code.body).not.toMatch(/^import type/m);
    for (const path of [
      '/src/config.ts',
      '/sandbox/page/browser/../../main.ts',
      '/..%2fpackage.json',
      '/x',
    ]) {
      expect((await send(path)).status).toBe(404);
    }
  });

  it('forbids inline script and framing', async () => {
    const policy = String((await send('/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it.each(['evil.example', '127.0.0.1', '127.0.0.1:1', '127.0.0.1.evil.example'])(
    'refuses the host %j',
    async (host) => {
      expect((await send('/', { headers: { host } })).status).toBe(403);
      expect((await send(`/events?as=${ADMIN}`, { headers: { host } })).status).toBe(403);
    },
  );

  it.each([
    ['another origin', { origin: 'https://evil.example', 'content-type': 'application/json' }],
    ['no origin', { 'content-type': 'application/json' }],
    ['a form', { origin: 'SELF', 'content-type': 'text/plain' }],
  ])('refuses a post from %s', async (_name, given: Record<string, string>) => {
    const origin = given['origin'] === 'SELF' ? { origin: `http://127.0.0.1:${port}` } : {};
    const body = JSON.stringify({ act: 'make_role', externalId: 'abcdef' });
    const answer = await send('/act', { method: 'POST', headers: { ...given, ...origin }, body });
    expect(answer.status).toBe(403);
  });

  it.each(['{', '{"act":"fly"}', '[]'])('refuses the body %s', async (body) => {
    const headers = { origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
    expect((await send('/act', { method: 'POST', headers, body })).status).toBe(400);
  });

  it('knows no other people, and no other methods', async () => {
    expect((await send('/events?as=U0REKEY')).status).toBe(404);
    expect((await send('/', { method: 'DELETE' })).status).toBe(405);
  });
});

describe('the sandbox', () => {
  it('tells the sample keys and the commands', async () => {
    const setup = JSON.parse((await send('/setup')).body) as Setup;
    expect(setup.members.map(({ standing }) => standing)).toEqual([
      'admin',
      'operator',
      'responder',
      'viewer',
      'owner of keys',
      'operator, owner of keys',
      'no role',
      'guest',
    ]);
    const ids = setup.keys.map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(['good', 'platform', 'labs']);
    expect(ids).toContain('quarantined');
    expect(setup.commands.map(({ command }) => command)).toContain('/aws-connect');
  });

  it('gave the roles it says people have', async () => {
    for (const [userId, role] of [
      ['U0OMAR', 'operator'],
      ['U0RUTH', 'responder'],
      ['U0VERA', 'viewer'],
      ['U0CLEOMARCHETTI', 'operator'],
      ['U0BOLARSEN', 'none yet'],
      ['U0NILS', 'none yet'],
    ] as const) {
      await act({ act: 'command', as: userId, channelId: 'C0GENERAL', line: '/aws-help' });
      const { channels } = await seen(userId, (shown) =>
        JSON.stringify(shown.channels).includes('Your roles'),
      );
      expect(JSON.stringify(channels)).toContain(`Your roles: ${role}`);
    }
  });

  it('uses none of the visitor’s own AWS settings or proxies', () => {
    expect(process.env['AWS_PROFILE']).toBeUndefined();
    expect(process.env['HTTPS_PROXY']).toBeUndefined();
    expect(process.env['AWS_SHARED_CREDENTIALS_FILE']).toContain(running.folder);
    expect(existsSync(process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? '')).toBe(false);
    expect(process.env['AWS_ENDPOINT_URL']).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  it('opens a window for a command and closes it', async () => {
    expect(await act({ act: 'command', as: ADMIN, channelId: 'C0GENERAL', line: '/aws-connect' })).toEqual({
      ok: true,
    });
    const { modals } = await seen(ADMIN, (shown) => shown.modals.at(-1)?.title === 'Connect AWS');
    const viewId = modals.at(-1)?.id ?? '';
    const errors = await act({ act: 'submit', as: ADMIN, viewId, values: {} });
    expect(Object.keys(errors.errors ?? {})).not.toEqual([]);
    await act({ act: 'close', as: ADMIN, viewId, how: 'x' });
    await seen(ADMIN, (shown) => shown.modals.length === 0);
    const late = await act({ act: 'submit', as: ADMIN, viewId, values: {} });
    expect(late.ok).toBe(false);
    expect(late.message).toBeDefined();
  });

  it('makes a role for an external ID', async () => {
    const { roleArn } = await act({ act: 'make_role', externalId: 'rekey-abcdef' });
    expect(roleArn).toMatch(/^arn:aws:iam::\d{12}:role\//);
  });

  it('lets Rekey into a channel by /invite', async () => {
    const line = '/invite @Rekey';
    expect(await act({ act: 'command', as: ADMIN, channelId: 'C0SECURITY', line })).toEqual({ ok: true });
    expect((await act({ act: 'command', as: ADMIN, channelId: 'C0SECURITY', line })).ok).toBe(false);
    expect((await act({ act: 'command', as: ADMIN, channelId: 'C0OLD', line })).ok).toBe(false);
  });

  it('moves the clock forward by steps, and says how far it is ahead', async () => {
    const { ahead: before } = await seen(ADMIN, () => true);
    expect(await act({ act: 'move_clock', step: 'day' })).toEqual({ ok: true });
    const { ahead } = await seen(ADMIN, (shown) => shown.ahead > before);
    expect(ahead - before).toBe(86_400_000);
    expect(running.clock.ahead).toBe(ahead);
    const { meanwhile } = await seen(ADMIN, (shown) => shown.meanwhile.length > 0);
    expect(meanwhile[0]).toMatchObject({ where: 'AWS', words: 'sam.ito made a second access key' });
    const headers = { origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
    const back = await send('/act', {
      method: 'POST',
      headers,
      body: '{"act":"move_clock","step":"yesterday"}',
    });
    expect(back.status).toBe(400);
  });

  it('replays a log into the shop, and says when there is none in it', async () => {
    const record = {
      eventTime: '2020-01-01T00:00:00Z',
      eventName: 'StopLogging',
      eventSource: 'cloudtrail.amazonaws.com',
      awsRegion: 'us-east-1',
      userIdentity: { accessKeyId: 'AKIAQREPLAYQREPLAYQR', accountId: '999988887777' },
    };
    expect(await act({ act: 'replay', log: JSON.stringify({ Records: [record] }) })).toEqual({ ok: true });
    const { meanwhile } = await seen(
      ADMIN,
      (shown) => shown.meanwhile[0]?.words.includes('replayed') === true,
    );
    expect(meanwhile[0]?.words).toContain('1 calls, by AKIAQREPLAYQREPLAYQR');
    const none = await act({ act: 'replay', log: 'not a log' });
    expect(none).toEqual({ ok: false, message: 'There are no CloudTrail records in that.' });
  });

  it('gives files as they were sent, whatever is in them', async () => {
    const bytes = Buffer.from([0x1f, 0x8b, 0xff, 0x00]);
    const call = async (method: string, args: Record<string, string>): Promise<Record<string, string>> => {
      const headers = { authorization: `Bearer ${running.slack.botToken}` };
      const body = new URLSearchParams(args);
      const response = await fetch(`${running.slack.url}${method}`, { method: 'POST', headers, body });
      return (await response.json()) as Record<string, string>;
    };
    const announced = await call('files.getUploadURLExternal', { filename: 'x.json.gz', length: '4' });
    expect((await fetch(announced['upload_url'] ?? '', { method: 'POST', body: bytes })).status).toBe(200);
    const answer = await fetch(`${running.url}file/${announced['file_id'] ?? ''}`);
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    expect((await send('/file/F0NONE')).status).toBe(404);
  });

  it('lets the sample team answer, or not', async () => {
    expect((await seen(ADMIN, () => true)).teamAnswers).toBe(true);
    expect(await act({ act: 'team_answers', on: false })).toEqual({ ok: true });
    await seen(ADMIN, (shown) => !shown.teamAnswers);
    await act({ act: 'team_answers', on: true });
    await seen(ADMIN, (shown) => shown.teamAnswers);
  });

  it('breaks and mends, and says so', async () => {
    const until = (id: string, snapshot: Snapshot): number | null | undefined =>
      snapshot.troubles.find((trouble) => trouble.id === id)?.until;
    await act({ act: 'trouble', id: 'aws-throttles', on: true });
    const broken = await seen(ADMIN, (shown) => typeof until('aws-throttles', shown) === 'number');
    expect(until('aws-throttles', broken)).toBeGreaterThan(Date.now());
    await act({ act: 'trouble', id: 'aws-throttles', on: false });
    await seen(ADMIN, (shown) => until('aws-throttles', shown) === null);
    expect((await act({ act: 'trouble', id: 'earthquake', on: true })).ok).toBe(false);
  });
});

describe('starting the sandbox', () => {
  it('says that a port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const number = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startSandbox(number)).rejects.toThrow(`Port ${number} is taken.`);
    await new Promise((resolve) => taken.close(resolve));
  });

  it.each([
    ['--port takes a number', ['--port', 'abc']],
    ['--port takes a number', ['--port', '70000']],
    ["Unknown option '--prot'", ['--prot', '1']],
    ["Unexpected argument 'extra'", ['extra']],
  ])('says “%s” for %j', async (words, args) => {
    await expect(sandbox(args)).rejects.toThrow(words);
  });

  it('removes its folder when it stops', async () => {
    const other = await startSandbox(0);
    expect(existsSync(other.folder)).toBe(true);
    await other.stop();
    expect(existsSync(other.folder)).toBe(false);
    await expect(fetch(other.url)).rejects.toThrow('fetch failed');
  });
});
