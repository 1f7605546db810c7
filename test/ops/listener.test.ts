import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { RekeyError } from '../../src/errors.ts';
import { openOpsListener, type OpsListener } from '../../src/ops/listener.ts';
import { recordingLog } from '../support/system-world.ts';

const log = recordingLog();
let opened: OpsListener[] = [];

afterEach(async () => {
  for (const listener of opened) await listener.close();
  opened = [];
});

async function open(options: Partial<Parameters<typeof openOpsListener>[0]> = {}): Promise<OpsListener> {
  const listener = await openOpsListener({
    host: '127.0.0.1',
    port: 0,
    log,
    troubles: () => Promise.resolve([]),
    metrics: { contentType: 'text/plain; version=0.0.4', page: () => Promise.resolve('rekey_x 1\n') },
    ...options,
  });
  opened.push(listener);
  return listener;
}

/** Sent as it is: `fetch` would tidy the path. */
function raw(url: string, method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, method, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the operations listener', () => {
  it('answers its three pages', async () => {
    const { url } = await open();
    for (const [path, body, type] of [
      ['/healthz', 'ok\n', 'text/plain; charset=utf-8'],
      ['/readyz', 'ready\n', 'text/plain; charset=utf-8'],
      ['/metrics', 'rekey_x 1\n', 'text/plain; version=0.0.4'],
    ]) {
      const answer = await fetch(`${url}${path}`);
      expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
        200,
        body,
        type,
      ]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('says what is not ready, one a line', async () => {
    const { url } = await open({ troubles: () => Promise.resolve(['database: gone', 'slack: no socket']) });
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, 'database: gone\nslack: no socket\n']);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it.each(['/', '/metrics/', '/healthz/x', '/../metrics', '/%2e%2e/metrics', '//metrics', '/METRICS', '*'])(
    'has no page %s',
    async (path) => {
      expect(await raw((await open()).url, 'GET', path)).toBe(404);
    },
  );

  it('lets nobody write, and answers HEAD without a body', async () => {
    const { url } = await open();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await fetch(`${url}/healthz`, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    const head = await fetch(`${url}/metrics?x=1`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('hides why a page could not be made', async () => {
    const page = (): Promise<string> => Promise.reject(new Error('detail of the inside'));
    const { url } = await open({ metrics: { contentType: 'text/plain', page } });
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('inside');
    expect(log.lines.join('\n')).toContain('detail of the inside');
  });

  it('names a port that is taken, and how to choose another', async () => {
    const first = await open();
    const port = Number(new URL(first.url).port);
    const second = openOpsListener({
      host: '127.0.0.1',
      port,
      log,
      troubles: () => Promise.resolve([]),
      metrics: { contentType: '', page: () => Promise.resolve('') },
    });
    await expect(second).rejects.toThrow(RekeyError);
    await expect(second).rejects.toMatchObject({
      code: 'unreachable',
      message: `Cannot listen on 127.0.0.1:${port} for health and metrics (EADDRINUSE).`,
      next: expect.stringContaining('REKEY_OPS_PORT'),
    });
  });
});
