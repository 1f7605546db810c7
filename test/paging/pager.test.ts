import { createServer } from 'node:http';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PagerStandIn } from '../../sandbox/pager/stand-in.ts';
import { SEVERITIES } from '../../src/domain/notice.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createPager, type PagerOptions } from '../../src/paging/pager.ts';
import type { Page, PagerAccess } from '../../src/ports/pager.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';

let stand: PagerStandIn;

beforeAll(async () => {
  stand = await PagerStandIn.start();
});

afterAll(() => stand.stop());

afterEach(() => {
  stand.incidents.length = 0;
  stand.refused.length = 0;
  stand.bodies.length = 0;
  stand.faults.length = 0;
});

function pager(over: Partial<PagerOptions> = {}) {
  return createPager({
    pagerDutyUrl: stand.pagerDutyUrl,
    opsgenieUrls: { us: stand.opsgenieUrl('us'), eu: stand.opsgenieUrl('eu') },
    timeoutMs: 400,
    privateHosts: ['127.0.0.1'],
    dispatcher: new Agent(),
    clock: systemClock,
    log: recordingLog(),
    ...over,
  });
}

function accessTo(kind: PagerAccess['kind'], region: PagerAccess['region'] = 'us'): PagerAccess {
  const keys = { pagerduty: stand.routingKey, opsgenie: stand.genieKey, webhook: stand.webhookSecret };
  const url = kind === 'webhook' ? new Secret(stand.webhookUrl()) : null;
  return { kind, region, key: new Secret(keys[kind]), url };
}

const page: Page = {
  id: 'p1',
  action: 'trigger',
  incidentKey: 'incident/1',
  summary: 'A key was used from a new country',
  severity: 'high',
  at: 1_800_000_000_000,
  details: { account: '123456789012', link: 'https://example.com/1' },
};

const KINDS = ['pagerduty', 'opsgenie', 'webhook'] as const;

describe.each(KINDS)('%s', (kind) => {
  it('opens, takes up and closes one incident, however often it is told', async () => {
    const access = accessTo(kind);
    for (const action of ['trigger', 'trigger', 'acknowledge'] as const) {
      expect(await pager().send(access, { ...page, action })).toEqual({ ok: true });
    }
    expect(stand.incidents).toMatchObject([{ key: 'incident/1', state: 'acknowledged', count: 2 }]);
    expect(await pager().send(access, { ...page, action: 'resolve' })).toEqual({ ok: true });
    expect(stand.incidents).toMatchObject([{ state: 'resolved' }]);
    expect(stand.refused).toEqual([]);
  });

  it('takes any severity, long texts, long keys and strange characters', async () => {
    for (const severity of SEVERITIES) {
      const details = Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [`name ${n}`, '€'.repeat(500)]),
      );
      const hostile = { summary: `🔑 "<!channel>" ${'x'.repeat(3_000)}`, details, severity };
      const incidentKey = `${severity}/${'k'.repeat(900)}?&=#`;
      expect(await pager().send(accessTo(kind), { ...page, ...hostile, incidentKey })).toEqual({ ok: true });
      const closing = { ...page, incidentKey, action: 'resolve' } as const;
      expect(await pager().send(accessTo(kind), closing)).toEqual({ ok: true });
    }
    expect(stand.refused).toEqual([]);
    expect(stand.incidents.map(({ state }) => state)).toEqual(SEVERITIES.map(() => 'resolved'));
  });

  it('says how it failed, and never with the key or the address', async () => {
    const access = accessTo(kind);
    const log = recordingLog();
    const ask = () => pager({ log }).send(access, page);
    stand.faults.push({ kind: 'http', status: 429, retryAfter: 7 });
    const results = [await ask()];
    expect(results[0]).toMatchObject({ ok: false, why: 'limited', retryAfterMs: 7_000 });
    stand.faults.push({ kind: 'http', status: 503 }, { kind: 'hang' }, { kind: 'answer_lost' });
    for (let n = 0; n < 3; n += 1) {
      const result = await ask();
      expect(result).toMatchObject({ ok: false, why: 'unknown' });
      results.push(result);
    }
    const wrongKey = new Secret(kind === 'pagerduty' ? 'f'.repeat(32) : 'wrong-key-wrong-key-wrong-key');
    const refused = await pager({ log }).send({ ...access, key: wrongKey }, page);
    expect(refused).toMatchObject({ ok: false, why: 'refused' });
    const traces = JSON.stringify([results, refused, log.lines]);
    for (const secret of [access.key.reveal(), wrongKey.reveal(), 'in-the-address', 'rekey/hook']) {
      expect(traces).not.toContain(secret);
    }
  });

  it('does not follow a redirect', async () => {
    stand.faults.push({ kind: 'http', status: 307, location: stand.webhookUrl() });
    expect(await pager().send(accessTo(kind), page)).toMatchObject({ ok: false, why: 'refused' });
    expect(stand.bodies).toHaveLength(1);
  });
});

describe('Opsgenie', () => {
  it('is asked where the account is', async () => {
    await pager().send(accessTo('opsgenie', 'eu'), page);
    const eu = createServer((_, response) => response.writeHead(202).end());
    await new Promise<void>((resolve) => void eu.listen(0, '127.0.0.1', resolve));
    const address = eu.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const urls = { us: 'http://127.0.0.1:1', eu: `http://127.0.0.1:${port}` };
    expect(await pager({ opsgenieUrls: urls }).send(accessTo('opsgenie', 'eu'), page)).toEqual({ ok: true });
    expect(await pager({ opsgenieUrls: urls }).send(accessTo('opsgenie', 'us'), page)).toMatchObject({
      ok: false,
    });
    await new Promise((resolve) => void eu.close(resolve));
  });
});

describe('the address of a webhook', () => {
  const none = { privateHosts: [] };

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.20.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '2130706433',
    '0x7f.1',
    '224.0.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
  ])('is refused when it is %s', async (host) => {
    expect(await pager(none).addressProblem(`https://${host}/hook`)).toContain('private or special');
    const url = new Secret(`https://${host}/hook`);
    const sent = await pager(none).send({ ...accessTo('webhook'), url }, page);
    expect(sent).toMatchObject({ ok: false, why: 'refused' });
  });

  it.each(['8.8.8.8', '[2606:4700::1111]'])('is taken when it is public: %s', async (host) => {
    expect(await pager(none).addressProblem(`https://${host}/hook`)).toBeNull();
  });

  it.each([
    ['http://example.com/', 'https://'],
    ['ftp://example.com/', 'https://'],
    ['https://user:pass@example.com/', 'password'],
    ['not an address', 'not an address'],
  ])('is refused for its form: %s', async (url, why) => {
    expect(await pager(none).addressProblem(url)).toContain(why);
  });

  it('is refused when one of the addresses of its name is private', async () => {
    const resolve = () =>
      Promise.resolve([
        { address: '8.8.8.8', family: 4 } as const,
        { address: '10.0.0.1', family: 4 } as const,
      ]);
    expect(await pager({ ...none, resolve }).addressProblem('https://example.com/')).toContain('private');
  });

  it('is looked up once, and connected to as it was checked', async () => {
    let lookups = 0;
    const resolve = () => {
      lookups += 1;
      return Promise.resolve([{ address: '127.0.0.1', family: 4 } as const]);
    };
    // A name that leads nowhere by itself: only the address that was checked can be the one connected to.
    const url = new Secret(stand.webhookUrl('pager.invalid'));
    const through = pager({ resolve, privateHosts: ['pager.invalid'] });
    expect(await through.send({ ...accessTo('webhook'), url }, page)).toEqual({ ok: true });
    expect(lookups).toBe(1);
    expect(stand.incidents).toHaveLength(1);
  });

  it('is refused when its name answers otherwise by the time of sending', async () => {
    const answers = ['8.8.8.8', '127.0.0.1'];
    const resolve = () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 } as const]);
    const rebinding = pager({ ...none, resolve });
    expect(await rebinding.addressProblem('https://example.com/hook')).toBeNull();
    const url = new Secret('https://example.com/hook');
    const sent = await rebinding.send({ ...accessTo('webhook'), url }, page);
    expect(sent).toMatchObject({ ok: false, why: 'refused' });
  });
});
