import { describe, expect, test } from 'vitest';
import type { IamUser, InventoryKey } from '../../src/domain/inventory.ts';
import { DEFAULT_KEY_POLICY, type KeyPolicy } from '../../src/domain/key-policy.ts';
import { assessAll, remind } from '../../src/pollers/reminders.ts';
import { MESSAGE } from '../../src/slack/blocks/limits.ts';
import { validateMessage } from '../../src/slack/blocks/validate.ts';
import { ACCOUNT, DAY, sampleKey, tagged } from '../domain/key-samples.ts';
import { ADMIN, CHANNELS, emptyAccount, KeysBench } from './bench.ts';

/** A Monday, 08:00 UTC: an hour before work. */
const MONDAY = Date.UTC(2026, 10, 30, 8, 0);
const HOUR = 3_600_000;
const never = new AbortController().signal;
const OWNED = { owner: 'omar' };

interface Sample {
  readonly name: string;
  readonly days: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly key?: Partial<InventoryKey>;
  readonly user?: Partial<IamUser>;
}

/** Puts users with a key of this age into the inventory, as a sweep that ended just now would. */
async function keep(bench: KeysBench, samples: readonly Sample[]): Promise<void> {
  const now = bench.clock.now();
  const users = samples.map(({ name, tags = OWNED, user = {} }, at) =>
    tagged(tags, { userId: idOf('AIDA', name, at), userName: name, keysReadAt: now, ...user }),
  );
  const keys = samples.map(({ name, days, key = {} }, at) =>
    sampleKey({
      accessKeyId: idOf('AKIA', name, at),
      userId: idOf('AIDA', name, at),
      userName: name,
      createdAt: now - days * DAY,
      firstSeenAt: now - days * DAY,
      lastUse: { kind: 'used', at: now - DAY, service: 's3', region: null, asOf: now },
      ...key,
    }),
  );
  await bench.keep(users, keys);
}

function idOf(prefix: string, name: string, at: number): string {
  const letters = name
    .toUpperCase()
    .replace(/[^A-Z]/g, 'X')
    .slice(0, 10);
  return `${prefix}${letters.padEnd(10, 'X')}${String(at).padStart(6, '0')}`;
}

/** Some time later: all is swept again, assessed, told and delivered. */
async function pass(bench: KeysBench, at: number): Promise<void> {
  bench.clock.set(at);
  const { inventory } = bench.stores;
  const users = await inventory.users.page(ACCOUNT, null, 1_000);
  const keys = await inventory.keys.page(ACCOUNT, null, 1_000);
  const swept = await inventory.accounts.byId(ACCOUNT);
  await bench.stores.atomically([
    inventory.users.put(users.map((user) => ({ ...user, keysReadAt: at }))),
    inventory.keys.put(keys.map((key) => ({ ...key, lastUse: freshAt(key.lastUse, at) }))),
    ...(swept === null || swept.trouble !== null
      ? []
      : [inventory.accounts.update({ ...swept, sweptAt: at, version: swept.version + 1 })]),
  ]);
  await assessAll(bench.services, never);
  await remind(bench.services, never);
  await bench.deliver();
}

function freshAt(lastUse: InventoryKey['lastUse'], at: number): InventoryKey['lastUse'] {
  if (lastUse.kind === 'unknown') return lastUse;
  const daily = lastUse.kind === 'used' && lastUse.asOf - lastUse.at <= DAY;
  return { ...lastUse, asOf: at, ...(daily ? { at: at - DAY } : {}) };
}

async function setPolicy(bench: KeysBench, changes: Partial<KeyPolicy>): Promise<void> {
  await bench.stores.atomically([
    bench.stores.inventory.keyPolicies.insert({
      connectionId: 'c1',
      policy: { ...DEFAULT_KEY_POLICY, ...changes },
      updatedBy: ADMIN,
      updatedAt: 1,
      version: 1,
    }),
  ]);
}

function said(bench: KeysBench, place: string): string[] {
  return bench.messages(place).map(({ blocks }) => JSON.stringify(blocks));
}

async function bench(account: Parameters<KeysBench['connect']>[1] = {}): Promise<KeysBench> {
  const made = await KeysBench.open();
  made.clock.set(MONDAY);
  await made.connect({}, { ...account });
  return made;
}

describe('a digest', () => {
  test('comes at work, once, the most urgent first, with buttons', async () => {
    await using b = await bench();
    await keep(b, [
      { name: 'soon', days: 85 },
      { name: 'late', days: 200 },
      { name: 'fine', days: 10 },
    ]);
    await pass(b, MONDAY);
    expect(said(b, CHANNELS.team)).toEqual([]);
    await pass(b, MONDAY + HOUR);
    const [digest] = said(b, CHANNELS.team);
    expect(digest).toMatch(/late.*key\.rotate.*key\.snooze.*key\.details.*soon/);
    expect(digest).not.toContain('fine');
    expect(b.messages(CHANNELS.team)[0]?.text).toBe('2 access keys: 1 over age, 1 due soon.');
    for (let hour = 2; hour < 24; hour += 1) await pass(b, MONDAY + hour * HOUR);
    expect(said(b, CHANNELS.team)).toHaveLength(1);
    expect(said(b, 'U0OWNER')).toHaveLength(1);
    expect(b.messages('U0OWNER')[0]?.text).toBe('2 access keys of yours: 1 over age, 1 due soon.');
    expect(b.slack.defects).toEqual([]);
  });

  test('is not written, nor remembered, of an account that is forgotten meanwhile', async () => {
    await using b = await bench();
    await keep(b, [{ name: 'late', days: 200 }]);
    await pass(b, MONDAY);
    b.clock.set(MONDAY + HOUR);
    const { connections, inventory } = b.stores;
    let looks = 0;
    const late = {
      ...connections,
      // The second look comes when all is gathered, and nothing is written.
      list: async () => {
        if ((looks += 1) === 2) await b.stores.atomically(inventory.accounts.forget(ACCOUNT));
        return connections.list();
      },
    };
    await remind({ ...b.services, stores: { ...b.stores, connections: late } }, never);
    expect(looks).toBe(2);
    await b.deliver();
    expect(said(b, CHANNELS.team)).toEqual([]);
    const id = idOf('AKIA', 'late', 0);
    expect(await inventory.told.ofSubjects([id])).toEqual([]);
    expect(await inventory.keyHistory.ofKey(id, 9)).toEqual([]);
  });

  test('follows the schedule, and what was missed is told as it is now', async () => {
    await using b = await bench();
    await keep(b, [{ name: 'key', days: 75 }]);
    const told: string[] = [];
    for (let day = 0; day < 30; day += 1) {
      const before = said(b, 'U0OWNER').length;
      // Rekey is down from day 2 to day 9.
      if (day < 2 || day > 9) await pass(b, MONDAY + HOUR + day * DAY);
      if (said(b, 'U0OWNER').length > before) told.push(`${75 + day}`);
    }
    // Day 11 is a Friday; days 12, 13, 19, 20, 26 and 27 are days off.
    expect(told).toEqual(['76', '85', '89', '90', '93', '96', '99', '103']);
  });

  test('goes to the owner first, then the channel, then names the on-call group', async () => {
    await using b = await bench();
    await setPolicy(b, { onCallGroup: 'S0ONCALL', onCallDays: 7 });
    await keep(b, [{ name: 'key', days: 75 }]);
    const days: Record<string, number[]> = { owner: [], channel: [], onCall: [] };
    for (let day = 0; day < 26; day += 1) {
      const before = { owner: said(b, 'U0OWNER').length, channel: said(b, CHANNELS.team).length };
      await pass(b, MONDAY + HOUR + day * DAY);
      if (said(b, 'U0OWNER').length > before.owner) days['owner']?.push(75 + day);
      const channel = said(b, CHANNELS.team);
      if (channel.length > before.channel) days['channel']?.push(75 + day);
      if (channel.length > before.channel && channel.at(-1)?.includes('<!subteam^S0ONCALL>') === true) {
        days['onCall']?.push(75 + day);
      }
    }
    expect(days).toEqual({
      owner: [76, 83, 89, 90, 93, 96, 97, 99],
      channel: [83, 89, 90, 93, 96, 97, 99],
      onCall: [97, 99],
    });
  });

  test('goes on by the new schedule when the policy lets keys grow older', async () => {
    await using b = await bench();
    await keep(b, [{ name: 'key', days: 99 }]);
    await pass(b, MONDAY + HOUR);
    await setPolicy(b, { maxAgeDays: 95 });
    const told: number[] = [];
    for (let day = 1; day < 5; day += 1) {
      const before = said(b, CHANNELS.team).length;
      await pass(b, MONDAY + HOUR + day * DAY);
      if (said(b, CHANNELS.team).length > before) told.push(99 + day);
    }
    // Told as nine days over on day 99; six days over the new limit, it is told again, and not on day 100.
    expect(told).toEqual([101]);
  });

  test('of a key whose owner is not known goes to the fallback channel', async () => {
    await using b = await bench();
    await keep(b, [{ name: 'key', days: 80, tags: {} }]);
    await pass(b, MONDAY + HOUR);
    expect(said(b, CHANNELS.alerts)).toHaveLength(1);
    expect(said(b, CHANNELS.alerts)[0]).toContain('Owner unknown (no tag owner or email');
    // The age is not the channel's matter yet, but that nobody is known is.
    expect(said(b, CHANNELS.team)).toHaveLength(1);
  });

  test('of a key that a user group owns goes to the channel from the first warning on', async () => {
    await using b = await bench();
    b.slack.addUserGroup({ id: 'S0PLATFORM', handle: 'platform' });
    await keep(b, [{ name: 'key', days: 80, tags: { owner: 'platform' } }]);
    await pass(b, MONDAY + HOUR);
    expect(said(b, CHANNELS.team)[0]).toContain('<!subteam^S0PLATFORM>');
    expect(said(b, CHANNELS.alerts)).toEqual([]);
  });

  test('goes to the admins where there is no channel', async () => {
    await using b = await KeysBench.open();
    b.clock.set(MONDAY);
    await b.connect({ alertChannel: null });
    Object.assign(b.services, { defaultAlertChannel: null });
    await keep(b, [{ name: 'key', days: 100 }]);
    await pass(b, MONDAY + HOUR);
    expect(said(b, ADMIN)).toHaveLength(1);
  });

  test('waits for the hours of its channel and of each person', async () => {
    await using b = await bench();
    b.slack.addPerson({ id: 'U0FAR', name: 'far', tz: 'America/Los_Angeles' });
    const hours = { timeZone: 'Asia/Kathmandu', days: [2], from: '10:00', until: '12:00' };
    await b.stores.atomically([b.stores.settings.set(`hours:${CHANNELS.team}`, JSON.stringify(hours), 1)]);
    await keep(b, [{ name: 'key', days: 100, tags: { owner: 'far' } }]);
    const at: Record<string, string[]> = { team: [], far: [] };
    for (let hour = 0; hour < 48; hour += 1) {
      await pass(b, MONDAY + hour * HOUR);
      const now = new Date(MONDAY + hour * HOUR).toISOString().slice(5, 13);
      if (said(b, CHANNELS.team).length > (at['team']?.length ?? 0)) at['team']?.push(now);
      if (said(b, 'U0FAR').length > (at['far']?.length ?? 0)) at['far']?.push(now);
    }
    // 10:00 in Kathmandu is 04:15 UTC, 09:00 in Los Angeles 17:00.
    expect(at).toEqual({ team: ['12-01T05'], far: ['11-30T17'] });
  });

  test('tells at once of what cannot wait, and of nothing else', async () => {
    await using b = await bench();
    const night = MONDAY - 5 * HOUR;
    b.clock.set(night);
    await keep(b, [
      { name: 'trap', days: 10, tags: { 'rekey-kind': 'decoy' } },
      { name: 'late', days: 200 },
    ]);
    await pass(b, night);
    expect(said(b, CHANNELS.team)).toHaveLength(1);
    expect(said(b, CHANNELS.team)[0]).toContain('trap');
    expect(said(b, CHANNELS.team)[0]).not.toContain('late');
    await pass(b, MONDAY + HOUR);
    expect(said(b, CHANNELS.team)).toHaveLength(2);
    expect(said(b, CHANNELS.team)[1]).toContain('late');
  });
});

describe('a snooze', () => {
  test('pauses reminders, ends by itself, and its end is told', async () => {
    await using b = await bench();
    await keep(b, [
      {
        name: 'key',
        days: 100,
        key: { lastUse: { kind: 'used', at: MONDAY - 60 * DAY, service: null, region: null, asOf: MONDAY } },
      },
    ]);
    await pass(b, MONDAY + HOUR);
    const [key] = await b.stores.inventory.keys.page(ACCOUNT, null, 1);
    const snooze = { id: 's1', accessKeyId: key?.accessKeyId ?? '', accountId: ACCOUNT, reason: 'holiday' };
    const until = MONDAY + 8 * DAY;
    await b.stores.atomically([
      b.stores.inventory.snoozes.add({
        ...snooze,
        by: ADMIN,
        at: MONDAY,
        until,
        endedAt: null,
        endedBy: null,
      }),
    ]);
    for (let day = 1; day < 8; day += 1) await pass(b, MONDAY + HOUR + day * DAY);
    expect(said(b, CHANNELS.team)).toHaveLength(1);
    expect(said(b, 'U0OWNER')).toHaveLength(1);
    await pass(b, MONDAY + HOUR + 8 * DAY);
    expect(said(b, CHANNELS.team)).toHaveLength(2);
    expect(said(b, CHANNELS.team)[1]).toContain('Its snooze is over');
    expect(said(b, 'U0OWNER')[1]).toContain('Its snooze is over');
    const events = await b.stores.inventory.keyHistory.ofKey(snooze.accessKeyId, 20);
    expect(events.filter(({ what }) => what === 'snooze_ended')).toMatchObject([{ at: until }]);
    await pass(b, MONDAY + HOUR + 9 * DAY);
    expect(said(b, CHANNELS.team).filter((text) => text.includes('Its snooze is over'))).toHaveLength(1);
  });
});

describe('what cannot be read', () => {
  const silent = { kind: 'used', at: MONDAY - 60 * DAY, service: null, region: null, asOf: MONDAY } as const;

  test('is not told as anything else, and what was told is not told again after', async () => {
    await using b = await bench();
    await keep(b, [{ name: 'key', days: 70, key: { lastUse: silent } }]);
    await pass(b, MONDAY + HOUR);
    expect(b.messages(CHANNELS.team)[0]?.text).toBe('1 access key: 1 unused.');
    const lost = { kind: 'unknown', why: 'slowed down', since: MONDAY + DAY, last: silent } as const;
    await keep(b, [{ name: 'key', days: 70, key: { lastUse: lost } }]);
    await pass(b, MONDAY + HOUR + DAY);
    await keep(b, [{ name: 'key', days: 70, key: { lastUse: { ...silent, asOf: MONDAY + 2 * DAY } } }]);
    await pass(b, MONDAY + HOUR + 2 * DAY);
    expect(said(b, CHANNELS.team)).toHaveLength(1);
  });

  test('makes no owner missing, and keeps the kind', async () => {
    await using b = await bench();
    await keep(b, [{ name: 'glass', days: 200, tags: { ...OWNED, 'rekey-kind': 'break-glass' } }]);
    await pass(b, MONDAY);
    const tags = { known: false, why: 'denied', since: MONDAY } as const;
    await keep(b, [{ name: 'glass', days: 200, user: { tags } }]);
    await pass(b, MONDAY + HOUR);
    const row = await b.stores.inventory.standings.byKey(idOf('AKIA', 'glass', 0));
    expect(row?.kind).toMatchObject({ kind: 'break_glass', from: 'tag' });
    expect(row?.ownership).toMatchObject({ known: true });
    expect(said(b, CHANNELS.team).filter((text) => text.includes('maximum age'))).toEqual([]);
  });

  test('of an account is part of its digest, and so are root keys and failing sweeps', async () => {
    const gaps = [
      { what: 'tags', subject: '<!channel>', why: 'not allowed', since: MONDAY - 2 * DAY },
    ] as const;
    await using b = await bench({
      gaps,
      rootKeys: { known: true, value: 1, asOf: MONDAY },
      trouble: { why: 'AWS slowed Rekey down', since: MONDAY - DAY },
      sweptAt: MONDAY - DAY,
    });
    await pass(b, MONDAY + HOUR);
    const [digest] = said(b, CHANNELS.team);
    expect(digest).toContain('root access key');
    expect(digest).toContain('no good sweep since 29 Nov 2026 08:00 UTC (AWS slowed Rekey down)');
    expect(digest).toContain('tags of &lt;!channel&gt;');
    for (let day = 1; day < 5; day += 1) await pass(b, MONDAY + HOUR + day * DAY);
    // The failure goes on and is repeated; the rest is not.
    expect(said(b, CHANNELS.team)).toHaveLength(2);
    expect(said(b, CHANNELS.team)[1]).not.toContain('root access key');
  });
});

describe('two instances', () => {
  test.each(['sqlite', 'postgres'] as const)('at the same moment tell once, on %s', async (engine) => {
    await using b = await KeysBench.open(engine);
    b.clock.set(MONDAY);
    await b.connect();
    await keep(b, [
      { name: 'late', days: 100 },
      { name: 'later', days: 120 },
    ]);
    b.clock.set(MONDAY + HOUR);
    await assessAll(b.services, never);
    const others = Array.from({ length: 4 }, () => b.instance());
    const written = await Promise.all([b.services, ...others].map((each) => remind(each, never)));
    expect(written.reduce((sum, count) => sum + count, 0)).toBe(2);
    await b.deliver();
    expect(said(b, CHANNELS.team)).toHaveLength(1);
    expect(said(b, 'U0OWNER')).toHaveLength(1);
  });
});

describe('many keys', () => {
  test('fill the message, its thread, and then point to the list', async () => {
    await using b = await bench();
    await keep(
      b,
      Array.from({ length: 200 }, (_, at) => ({ name: `svc-${at}-${'long'.repeat(20)}`, days: 100 + at })),
    );
    await pass(b, MONDAY + HOUR);
    const messages = b.messages(CHANNELS.team);
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.length).toBeLessThanOrEqual(6);
    expect(messages.slice(1).every(({ threadTs }) => threadTs !== undefined)).toBe(true);
    const shown = messages.map(({ blocks }) => JSON.stringify(blocks).split('key.rotate').length - 1);
    const left = 200 - shown.reduce((sum, count) => sum + count, 0);
    expect(JSON.stringify(messages.at(-1)?.blocks)).toContain(`${left} more keys: \`/aws-keys\``);
    expect(JSON.stringify(messages[0]?.blocks)).toContain(
      `${200 - left - (shown[0] ?? 0)} more keys in the thread.`,
    );
    // All of them are told: none comes again before its time.
    await pass(b, MONDAY + 2 * HOUR);
    expect(b.messages(CHANNELS.team)).toHaveLength(messages.length);
  });
});

const HOSTILE = [
  '<!channel>',
  '<!here|x> <@U0ADMIN> <!subteam^S0ONCALL>',
  '*bold* _it_ ~no~ `code` ```block```',
  ':tada::tada: arn:aws:iam::123456789012:user/x',
  '&lt;!channel&gt; &amp;',
  '\u202Egnp.exe \u2067x\u2069 \u200F',
  'x'.repeat(10_000),
  '<!channel>'.repeat(1_000),
  '😀'.repeat(5_000),
  '`'.repeat(10_000),
  ':a:'.repeat(3_000),
  '\n\n\n> quote\n• list',
  '',
];

describe('hostile names', () => {
  test('ping nobody, break nothing and stay within the limits', async () => {
    await using b = await bench({
      gaps: HOSTILE.map(
        (text) => ({ what: 'tags', subject: text, why: text, since: MONDAY - 2 * DAY }) as const,
      ),
      trouble: { why: HOSTILE.join(' '), since: MONDAY - DAY },
    });
    for (const [at, name] of HOSTILE.entries()) {
      const id = `c-${at}`;
      const accountId = `99999999${String(at).padStart(4, '0')}`;
      await b.connect(
        { id, name: `${name}${at}`, accountId, alertChannel: CHANNELS.team },
        {
          ...emptyAccount(accountId),
          rootKeys: { known: true, value: 1, asOf: MONDAY },
        },
      );
    }
    const unknown = (text: string) =>
      ({ kind: 'unknown', why: text, since: MONDAY - 9 * DAY, last: null }) as const;
    await keep(
      b,
      HOSTILE.flatMap((text) => [
        {
          name: text,
          days: 100,
          tags: { owner: text, ManagedBy: `terraform ${text}` },
          key: { description: text },
        },
        { name: text, days: 100, tags: { email: text, [text]: text }, key: { lastUse: unknown(text) } },
        {
          name: 'used',
          days: 100,
          tags: { owner: 'omar' },
          key: { lastUse: { kind: 'used', at: MONDAY, service: text, region: text, asOf: MONDAY } } as const,
        },
      ]),
    );
    await pass(b, MONDAY + HOUR);
    const messages = [CHANNELS.team, CHANNELS.alerts, 'U0OWNER'].flatMap((place) => b.messages(place));
    expect(messages.length).toBeGreaterThan(3);
    for (const { text, blocks } of messages) {
      // Blocks outside the limits would have been left out by the poster.
      expect(blocks.length).toBeGreaterThan(0);
      expect(validateMessage({ text, blocks })).toEqual([]);
      expect(JSON.stringify(blocks).length).toBeLessThan(MESSAGE.blocksText);
      // What screen readers read has no markup.
      const all = JSON.stringify([text, blocks]).replaceAll(/"accessibility_label":"(?:[^"\\]|\\.)*"/g, '');
      expect(all.match(/.{0,80}(?:<!(?:channel|here|everyone|subteam)|<@U0ADMIN>).{0,60}/g) ?? []).toEqual(
        [],
      );
      expect(JSON.stringify(blocks)).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    }
    expect(b.log.lines.filter((line) => line.includes('defect'))).toEqual([]);
    expect(b.slack.defects).toEqual([]);
  });
});
