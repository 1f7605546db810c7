import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.ts';
import {
  ALICE,
  ALICE_KEY,
  ALICE_SESSION,
  call,
  madeSession,
  ordinary,
  roleSession,
} from '../../src/detections/example.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import { month, seeded } from '../detections/month.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function replay(...args: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const terminal = {
    env: {},
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
  };
  const code = await runCli(['replay', ...args], {}, terminal);
  return { code, out, err };
}

const lines = (records: readonly RawRecord[]): string =>
  records.map((each) => `${JSON.stringify(each)}\n`).join('');
const stop = call('cloudtrail:StopLogging', { asked: { name: 'main' } });

function files(contents: Readonly<Record<string, string | Buffer>>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return (name) => join(folder, name);
}

describe('rekey replay', () => {
  it.each([
    ['trail.json', JSON.stringify({ Records: [stop] })],
    ['trail.json.gz', gzipSync(JSON.stringify({ Records: [stop] }))],
    ['lines.jsonl', lines([stop])],
    ['lines.jsonl.gz', gzipSync(lines([stop]))],
    [
      'lookup.json',
      JSON.stringify(
        { Events: [{ EventId: stop['eventID'], ReadOnly: 'false', CloudTrailEvent: JSON.stringify(stop) }] },
        null,
        4,
      ),
    ],
    [
      'deep/er/111122223333_CloudTrail_us-east-1_20260302T0905Z_x.json.gz',
      gzipSync(JSON.stringify({ Records: [stop] })),
    ],
  ])('prints one object a line from %s', async (name, content) => {
    const path = files({ [name]: content });
    for (const given of [path(name), path('.')]) {
      const { code, out, err } = await replay('--json', given);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual({
        rule: 'trail-stopped',
        severity: 'high',
        technique: 'T1562.008',
        accessKeyId: ALICE_KEY,
        sessionKeyId: null,
        principalArn: ALICE['arn'],
        eventID: stop['eventID'],
        eventTime: '2026-03-02T09:00:00Z',
        eventName: 'StopLogging',
        title: 'CloudTrail stopped or deleted',
      });
      expect(err).toContain('1 records judged');
      expect(err).toContain('trail-stopped: 1 high');
    }
  });

  it('reads for people, too', async () => {
    const { out } = await replay(files({ 'a.json': JSON.stringify(stop) })('a.json'));
    expect(out).toBe(
      `2026-03-02T09:00:00Z  high      trail-stopped  ${ALICE_KEY}  cloudtrail:StopLogging  call: StopLogging  trail: main\n`,
    );
  });

  it('learns what is normal first', async () => {
    const change = call('lambda:UpdateFunctionCode20150331v2', { asked: { functionName: 'f' }, minute: 60 });
    const daily = [1, 2, 3].flatMap((minute) => [
      call('lambda:UpdateFunctionCode20150331v2', { asked: { functionName: 'f' }, minute }),
    ]);
    const path = files({ 'normal.jsonl': lines(daily), 'today.jsonl': lines([change]) });
    expect((await replay('--json', path('today.jsonl'))).out).toContain('function-code-changed');
    const learned = await replay('--json', '--learn', path('normal.jsonl'), path('today.jsonl'));
    expect(learned.out).toBe('');
    expect(learned.err).toContain('3 records learned');
  });

  it('puts sessions down to their key, also when the file is out of order', async () => {
    const records = [
      call('cloudtrail:StopLogging', { by: roleSession('a'), minute: 2 }),
      call('sts:AssumeRole', { answered: madeSession(), minute: 2 }),
    ];
    const { out } = await replay('--json', files({ 'a.jsonl': lines(records) })('a.jsonl'));
    expect(JSON.parse(out)).toMatchObject({ accessKeyId: ALICE_KEY, sessionKeyId: ALICE_SESSION });
  });

  it('prints the same whatever the order, the duplicates and the files are', async () => {
    const all = [...month().records.slice(0, 12_000), ...ordinary(3), stop];
    const random = seeded(3);
    const shuffled = [...all, ...all.slice(0, 3_000)]
      .map((record) => ({ record, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ record }) => record);
    const path = files({
      'ordered.jsonl': lines(all),
      'shuffled.jsonl': lines(shuffled),
      'parts/b.json.gz': gzipSync(JSON.stringify({ Records: shuffled.slice(0, 5_000) })),
      'parts/a.jsonl': lines(shuffled.slice(4_000, 9_000)),
      'parts/c.jsonl': lines(shuffled.slice(8_000)),
    });
    const [ordered, other, parts] = [
      await replay('--json', path('ordered.jsonl')),
      await replay('--json', path('shuffled.jsonl')),
      await replay('--json', path('parts')),
    ];
    expect(ordered.out.split('\n').length).toBeGreaterThan(5);
    expect(other.out).toBe(ordered.out);
    expect(parts.out).toBe(ordered.out);
    expect(other.err).toContain('3,000 of them twice');
  }, 120_000);

  it('counts what it cannot read, and goes on', async () => {
    const { code, out, err } = await replay(
      '--json',
      files({ 'a.jsonl': `${lines([stop])}{"cut\n7\n{"eventName":1}\n` })('a.jsonl'),
    );
    expect(code).toBe(0);
    expect(out).toContain('trail-stopped');
    expect(err).toContain('3 records could not be read');
  });

  it.each([
    ['a folder without records', {}],
    ['a file that holds none', { 'a.json': 'eventname,eventsource\nStopLogging,cloudtrail\n' }],
  ])('says what it reads when it met %s', async (_, contents) => {
    const { code, out, err } = await replay('--json', files(contents)('.'));
    expect(code).toBe(0);
    expect(out).toBe('');
    expect(err).toContain('Nothing was judged. Name files of a trail');
  });

  it.each([
    ['a mark in front', Buffer.from(`\uFEFF${JSON.stringify({ Records: [stop] })}`)],
    ['what PowerShell writes', Buffer.from(`\uFEFF${JSON.stringify([stop], null, 2)}\r\n`, 'utf16le')],
    ['ends of lines of Windows', Buffer.from(`\r\n${JSON.stringify(stop)}\r\n\r\n`)],
    ['NUL in front and behind', Buffer.from(`\0\0\n${JSON.stringify(stop)}\n\0`)],
    ['lists in lists', Buffer.from(JSON.stringify([[stop]]))],
    ['another name first', Buffer.from(JSON.stringify({ meta: { a: 1 }, Records: [stop] }, null, 2))],
    [
      'a depth that breaks parsers',
      Buffer.from(`${'['.repeat(99_999)}${']'.repeat(99_999)}\n${JSON.stringify(stop)}`),
    ],
    ['two packed files in one', Buffer.concat([gzipSync('{}\n'), gzipSync(lines([stop]))])],
  ])('reads a file with %s', async (_, content) => {
    const { code, out } = await replay('--json', files({ 'a.json': content })('a.json'));
    expect(code).toBe(0);
    expect(out).toContain('trail-stopped');
  });

  it('ends with 1 when a file is cut off, after judging what is there', async () => {
    const records = Array.from({ length: 3_000 }, (_, minute) => call('s3:GetObject', { minute }));
    const whole = gzipSync(lines([stop, ...records]));
    const { code, out, err } = await replay(
      '--json',
      files({ 'a.gz': whole.subarray(0, whole.length - 2_000) })('a.gz'),
    );
    expect(code).toBe(1);
    expect(out).toContain('trail-stopped');
    expect(err).toMatch(/rekey: a file could not be read to the end.*\nhint: /);
  });

  it.each([[[]], [['--json']], [['--speed', 'x']], [['--learn', 'x']]])(
    'ends with 2 on %j',
    async (args: readonly string[]) => {
      const { code, err } = await replay(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/^rekey: .*\nhint: .*\n$/);
    },
  );

  it('ends with 1 when a path is not there', async () => {
    const { code, err } = await replay('/nowhere/at/all');
    expect(code).toBe(1);
    expect(err).toMatch(/^rekey: there is no file or folder "\/nowhere\/at\/all"\nhint: /);
  });

  it('explains itself', async () => {
    const { code, out } = await replay('--help');
    expect(code).toBe(0);
    expect(out).toContain('rekey replay [--learn PATH]... [--json] PATH...');
  });
});
