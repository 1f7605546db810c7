import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKey } from '../support/acting.ts';
import { PEOPLE, SETTINGS, Scene } from '../support/rekey.ts';

/** The samples of a page, by name and labels as they are written. */
function samples(page: string): Map<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

/** The value of the one sample of this name whose labels hold all these. */
function sample(page: string, name: string, ...labels: string[]): number | undefined {
  const found = [...samples(page)].filter(
    ([key]) => key.split('{')[0] === name && labels.every((label) => key.includes(label)),
  );
  expect(found.length, `${name} ${labels.join(' ')}`).toBeLessThan(2);
  return found[0]?.[1];
}

async function until<T>(read: () => Promise<T>, test: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await read();
    if (test(value) || tries > 200) return value;
    await sleep(50);
  }
}

describe.each(SETTINGS)('what Rekey shows of itself over %s on %s', (transport, engine) => {
  let scene: Scene;
  const get = async (path: string): Promise<{ status: number; body: string }> => {
    const answer = await fetch(`${scene.opsUrl}${path}`);
    return { status: answer.status, body: await answer.text() };
  };

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('is healthy and ready', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' });
    const ready = await until(
      () => get('/readyz'),
      ({ status }) => status === 200,
    );
    expect(ready).toEqual({ status: 200, body: 'ready\n' });
  });

  it('measures a connect from the click to the message, and names nobody', async () => {
    const { good } = scene.samples.keys;
    const report = await connectKey(scene.slack.as(PEOPLE.admin), 'Payroll', good);
    expect(report.title).toBe('Connected');
    await report.close();
    const { body: page } = await until(
      () => get('/metrics'),
      ({ body }) => sample(body, 'rekey_connections', 'state="connected"') === 1,
    );

    for (const kind of ['command', 'submission']) {
      const labels = [`kind="${kind}"`, `transport="${transport}"`];
      expect(sample(page, 'rekey_acknowledgement_seconds_count', ...labels)).toBeGreaterThan(0);
      const within = sample(page, 'rekey_acknowledgement_seconds_bucket', ...labels, 'le="3"');
      expect(within).toBe(sample(page, 'rekey_acknowledgement_seconds_count', ...labels));
    }
    expect(sample(page, 'rekey_attempts_total', 'kind="connect"', 'outcome="connected"')).toBe(1);
    expect(
      sample(page, 'rekey_aws_call_seconds_count', 'api="sts:GetCallerIdentity"', 'outcome="ok"'),
    ).toBeGreaterThan(0);
    expect(
      sample(page, 'rekey_slack_call_seconds_count', 'method="views.open"', 'outcome="ok"'),
    ).toBeGreaterThan(0);
    expect(sample(page, 'rekey_job_seconds_count', 'job="outbox"', 'outcome="done"')).toBeGreaterThan(0);
    expect(sample(page, 'rekey_job_lag_seconds_count', 'job="recover"')).toBeGreaterThan(0);
    expect(sample(page, 'rekey_connections', 'state="connected"', 'check="verified"')).toBe(1);
    expect(sample(page, 'rekey_database_readable')).toBe(1);
    expect(
      sample(page, 'rekey_build_info', `engine="${engine}"`, `transport="${transport}"`, 'version='),
    ).toBe(1);
    expect(sample(page, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
    for (const hidden of [good.accessKeyId, good.accountId, good.secretAccessKey, 'Payroll', 'U0', 'C0']) {
      expect(page).not.toContain(hidden);
    }
  });

  it('logs the AWS calls and the message of a click under one id', async () => {
    type Line = Record<string, unknown>;
    const lines = (): Line[] => scene.logLines.map((line) => JSON.parse(line) as Line);
    scene.logLines.length = 0;
    const { good } = scene.samples.keys;
    const ada = scene.slack.as(PEOPLE.admin);
    const slow = scene.aws.faults.add({
      accessKeyId: good.accessKeyId,
      effect: { kind: 'latency', ms: 150 },
    });
    await ada.slash('/aws-test Payroll');
    // The window is closed before the outcome, which then comes as a message.
    await (await ada.waitForModal(({ title }) => title === 'Testing…')).close();
    const posted = await until(
      () => Promise.resolve(lines().find(({ message }) => message === 'notice posted')),
      (line) => line !== undefined,
    );
    slow.remove();
    const id = posted?.['correlationId'];
    expect(id).toEqual(expect.stringMatching(/^[0-9a-z]{20,}$/));
    const calls = lines().filter(
      ({ message, signer }) => message === 'AWS call' && signer === good.accessKeyId,
    );
    expect(calls.length).toBeGreaterThan(3);
    expect(new Set(calls.map(({ correlationId }) => correlationId))).toEqual(new Set([id]));
    const stores = await scene.stores();
    expect((await stores.audit.newest(2)).map(({ correlationId }) => correlationId)).toEqual([id, id]);
    await stores.close();
  });

  it('says that it stops while it does', async () => {
    const { accessKeyId } = scene.samples.keys.good;
    scene.aws.faults.add({ accessKeyId, effect: { kind: 'latency', ms: 100 } });
    const { opsUrl } = scene;
    // A stopping process finishes what somebody waits for.
    await scene.slack.as(PEOPLE.admin).slash('/aws-test Payroll');
    const stopped = scene.stop();
    const [ready, healthy] = await Promise.all([fetch(`${opsUrl}/readyz`), fetch(`${opsUrl}/healthz`)]);
    expect([ready.status, await ready.text(), healthy.status]).toEqual([503, 'stopping\n', 200]);
    await stopped;
    await expect(fetch(`${opsUrl}/healthz`)).rejects.toThrow('fetch failed');
  });
});
