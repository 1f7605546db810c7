import * as fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FilePart } from '../../src/ports/judges.ts';
import { FileParts } from '../../src/replay/file-parts.ts';

const ACCOUNT = '123456789012';
const AT = Date.parse('2026-01-01T00:10:00Z');
const SUBJECT = { accountId: ACCOUNT, region: 'us-east-1', at: AT };
const record = (changes: object = {}): object => ({
  eventVersion: '1.11',
  eventID: 'e',
  eventTime: '2026-01-01T00:05:00Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'ListUsers',
  awsRegion: 'eu-west-1',
  recipientAccountId: ACCOUNT,
  ...changes,
});
const packed = (value: unknown): Uint8Array => new Uint8Array(gzipSync(JSON.stringify(value)));

async function partsOf(bytes: Uint8Array, subject = SUBJECT): Promise<FilePart[]> {
  const file = new FileParts(bytes, subject);
  const parts: FilePart[] = [];
  for (let part = await file.next(); part !== null; part = await file.next()) parts.push(part);
  return parts;
}

describe('a file of a trail', () => {
  it('gives its records by region, those of others by number, and each once', async () => {
    const Records = [
      record(),
      record({ awsRegion: 'us-east-1', eventTime: 'never' }),
      record({ awsRegion: 'mars', eventTime: '2099-01-01T00:00:00Z' }),
      record({ recipientAccountId: '999999999999' }),
      record({ recipientAccountId: '<!channel>' }),
    ];
    const file = new FileParts(packed({ Records }), SUBJECT);
    const part = await file.next();
    const at = Date.parse('2026-01-01T00:05:00Z');
    expect(part).toEqual({
      groups: [
        { region: 'eu-west-1', records: 2, from: at, to: at },
        { region: 'us-east-1', records: 2, from: AT, to: AT },
      ],
      others: { '999999999999': 1 },
      broken: 0,
      isLast: true,
    });
    expect(file.eventsOf('eu-west-1')).toHaveLength(2);
    expect(file.eventsOf('nowhere')).toEqual([]);
    expect(await file.next()).toBeNull();
  });

  it('comes in parts that stay small, however long it is', async () => {
    const Records = Array.from({ length: 30_000 }, (_, at) =>
      record({ eventID: `e${at}`, more: 'x'.repeat(300) }),
    );
    const file = new FileParts(packed({ Records }), SUBJECT);
    const ids = new Set<unknown>();
    let parts = 0;
    for (let part = await file.next(); part !== null; part = await file.next()) {
      const events = file.eventsOf('eu-west-1');
      expect(events.length).toBeLessThan(6_000);
      for (const event of events)
        ids.add((Object('value' in event ? event.value : null) as Record<string, unknown>)['eventID']);
      parts += 1;
    }
    expect(ids.size).toBe(30_000);
    expect(parts).toBeGreaterThan(4);
  });

  it('comes in parts that stay small, however long its records are', async () => {
    const Records = [
      ...Array.from({ length: 30 }, () =>
        record({ recipientAccountId: '999999999999', more: 'x'.repeat(90_000) }),
      ),
      ...Array.from({ length: 200 }, (_, at) => record({ eventID: `e${at}`, more: 'x'.repeat(90_000) })),
    ];
    const file = new FileParts(packed({ Records }), SUBJECT, undefined, 1024 * 1024);
    const counts: number[] = [];
    for (let part = await file.next(); part !== null; part = await file.next()) {
      counts.push(file.eventsOf('eu-west-1').length);
    }
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    // Where records are of others there is none to end a part with; then a megabyte, and what came along with its last piece.
    expect(Math.max(...counts)).toBeLessThan(25);
    expect(counts.slice(0, -1).every((count) => count > 0)).toBe(true);
  });

  it.each([
    ['nothing', new Uint8Array(), 'empty'],
    ['half a packed file', packed({ Records: [record()] }).subarray(0, 80), 'unpacked'],
    ['words', new Uint8Array(Buffer.from('these are only words')), 'not JSON'],
    ['packed words', new Uint8Array(gzipSync('these are only words')), 'not JSON'],
  ])(
    'that is none is said to be: %s',
    async (_, bytes, why) => {
      await expect(partsOf(bytes)).rejects.toMatchObject({
        name: 'UnreadableFile',
        message: expect.stringContaining(why) as string,
      });
    },
    60_000,
  );

  it('that is a bomb is left as soon as it is too long', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20), { level: 1 }));
    const file = new FileParts(bomb, SUBJECT, 4 * 1024 * 1024);
    await expect(file.next()).rejects.toMatchObject({ message: 'it holds more than 4 MB' });
  });

  it('may be empty, unpacked, a single record, or have strange things beside its records', async () => {
    expect(await partsOf(packed({ Records: [] }))).toMatchObject([{ groups: [], isLast: true }]);
    const plain = new Uint8Array(Buffer.from(JSON.stringify({ Records: [record()] })));
    expect(await partsOf(plain)).toMatchObject([{ groups: [{ records: 1 }] }]);
    const lines = new Uint8Array(gzipSync(`${JSON.stringify(record())}\nno\n${JSON.stringify(record())}\n`));
    expect(await partsOf(lines)).toMatchObject([{ groups: [{ records: 2 }], broken: 1 }]);
    const odd = packed({ Records: [1, null, 'a', [], {}, record()] });
    const [part] = await partsOf(odd);
    expect(part?.groups.reduce((sum, { records }) => sum + records, 0)).toBeGreaterThanOrEqual(5);
  });

  it('of nobody in particular is only counted', async () => {
    const Records = [
      record(),
      record({ recipientAccountId: '999999999999' }),
      record({ recipientAccountId: undefined }),
    ];
    const parts = await partsOf(packed({ Records }), { ...SUBJECT, accountId: '' });
    expect(parts).toMatchObject([{ groups: [], others: { [ACCOUNT]: 1, '999999999999': 1 } }]);
  });

  it('never gives anything but a part or an unreadable file, whatever its bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => new Uint8Array(gzipSync(text))),
      fc
        .uint8Array({ maxLength: 40 })
        .map((tail) => new Uint8Array([...packed({ Records: [record()] }), ...tail])),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (some) => {
        const outcome = await partsOf(some).catch((error: unknown) =>
          error instanceof Error ? error.name : 'none',
        );
        expect(Array.isArray(outcome) || outcome === 'UnreadableFile').toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
