import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  nat,
  oneof,
  property,
  record,
  tuple,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InventoryKey } from '../../src/domain/inventory.ts';
import { REPORT_MARGIN_MS, isSettled, provenUses } from '../../src/inventory/proof.ts';
import type { ListedKey } from '../../src/inventory/proof.ts';
import type { ReportRow, ReportedUse, Slot } from '../../src/inventory/report.ts';

const MINUTE_MS = 60_000;
/** Longer than everything that happens here. */
const DAY_MS = 1_440 * MINUTE_MS;

/** A key as it truly is, with all that happened to it. */
interface TrueKey {
  readonly id: string;
  readonly createdAt: number;
  deletedAt: number | null;
  readonly flips: { readonly at: number; readonly active: boolean }[];
  readonly uses: number[];
}

type Step =
  | { readonly what: 'create' }
  | { readonly what: 'delete' | 'flip' | 'use'; readonly which: number };

const step: Arbitrary<Step> = oneof(
  constant({ what: 'create' } as const),
  record({ what: constantFrom('delete', 'flip', 'use', 'use'), which: nat(1) }),
);

/** Some hours of a user's life: what is done, and how many minutes after the last. */
const life = array(tuple(integer({ min: 0, max: 90 }), step), { minLength: 1, maxLength: 25 });

function isThere(key: TrueKey, at: number): boolean {
  return key.createdAt <= at && (key.deletedAt === null || key.deletedAt > at);
}

function isActive(key: TrueKey, at: number): boolean {
  return key.flips.findLast((flip) => flip.at <= at)?.active ?? true;
}

/** What AWS has on record at a time: at most one use in a quarter of an hour. */
function recorded(key: TrueKey, at: number): number | null {
  let last: number | null = null;
  for (const use of key.uses.filter((each) => each <= at)) {
    if (last === null || use - last >= 15 * MINUTE_MS) last = use;
  }
  return last;
}

/** Lives a life within AWS's rules: two keys at most, and only an Active key can be used. */
function lived(steps: readonly (readonly [number, Step])[]): { keys: TrueKey[]; end: number } {
  const keys: TrueKey[] = [];
  let now = DAY_MS;
  for (const [minutes, { what, ...rest }] of steps) {
    now += minutes * MINUTE_MS + 1_000;
    const there = keys.filter((key) => isThere(key, now));
    if (what === 'create') {
      if (there.length < 2) {
        keys.push({ id: `AKIA${keys.length}`, createdAt: now, deletedAt: null, flips: [], uses: [] });
      }
      continue;
    }
    const key = there['which' in rest ? rest.which : 0];
    if (key === undefined) continue;
    if (what === 'delete') key.deletedAt = now;
    else if (what === 'flip') key.flips.push({ at: now, active: !isActive(key, now) });
    else if (isActive(key, now)) key.uses.push(now);
  }
  return { keys, end: now };
}

const EMPTY: Slot = { filled: false, active: false, changedAt: null, use: { kind: 'none' } };

function slotFor(key: TrueKey, at: number): Slot {
  const use = recorded(key, at);
  return {
    filled: true,
    active: isActive(key, at),
    changedAt: key.flips.findLast((flip) => flip.at <= at)?.at ?? key.createdAt,
    use: use === null ? { kind: 'none' } : { kind: 'used', use: { at: use, service: 's3', region: null } },
  };
}

/** The row as it was at a time; in which slot a key stands nobody is told. */
function rowAt(keys: readonly TrueKey[], at: number, swapped: boolean): ReportRow {
  const slots = keys.filter((key) => isThere(key, at)).map((key) => slotFor(key, at));
  const [first = EMPTY, second = EMPTY] = swapped ? slots.toReversed() : slots;
  const ordered: [Slot, Slot] = slots.length === 1 && swapped ? [EMPTY, first] : [first, second];
  return { userName: 'ann', arn: 'arn', createdAt: 0, password: false, slots: ordered, digest: '' };
}

function listedAt(keys: readonly TrueKey[], at: number): ListedKey[] {
  return keys
    .filter((key) => isThere(key, at))
    .map((key) => ({
      accessKeyId: key.id,
      createdAt: key.createdAt,
      status: isActive(key, at) ? 'Active' : 'Inactive',
    }));
}

describe('what a report proves', () => {
  it('is true in every life of a user, whenever the report and the list were made', () => {
    let proven = 0;
    assert(
      property(
        life,
        double({ min: 0, max: 1, noNaN: true }),
        double({ min: 0, max: 1, noNaN: true }),
        integer({ min: 0, max: REPORT_MARGIN_MS }),
        boolean(),
        (steps, when, later, taking, swapped) => {
          const { keys, end } = lived(steps);
          // The report says when it was finished; its rows may be older by as long as it took.
          const reportAt = DAY_MS + when * (end - DAY_MS + 240 * MINUTE_MS);
          const rowOf = reportAt - taking;
          const listed = listedAt(keys, reportAt + later * 600 * MINUTE_MS);
          const uses = provenUses(rowAt(keys, rowOf, swapped), reportAt, listed, 0);
          for (const [id, use] of uses) {
            proven += 1;
            const key = keys.find((each) => each.id === id);
            const truth = key === undefined ? undefined : recorded(key, rowOf);
            expect(use.kind === 'used' ? use.use.at : null).toBe(truth);
          }
        },
      ),
      { numRuns: 4_000 },
    );
    // It proves something often enough to be worth it.
    expect(proven).toBeGreaterThan(200);
  });

  const NOW = 100 * DAY_MS;
  const used = (at: number): ReportedUse => ({ kind: 'used', use: { at, service: 's3', region: null } });
  const slot = (more: Partial<Slot> = {}): Slot => ({
    filled: true,
    active: true,
    changedAt: 0,
    use: { kind: 'none' },
    ...more,
  });
  const row = (...slots: [Slot, Slot]): ReportRow => ({
    userName: 'ann',
    arn: 'arn',
    createdAt: 0,
    password: false,
    slots,
    digest: '',
  });
  const key = (more: Partial<ListedKey> = {}): ListedKey => ({
    accessKeyId: 'AKIA1',
    createdAt: 0,
    status: 'Active',
    ...more,
  });
  const second = key({ accessKeyId: 'AKIA2' });

  it('is the last use of the only key in the only filled slot, whichever it is', () => {
    expect(provenUses(row(slot({ use: used(5) }), EMPTY), NOW, [key()], 0)).toEqual(
      new Map([['AKIA1', used(5)]]),
    );
    expect(provenUses(row(EMPTY, slot()), NOW, [key()], 0)).toEqual(new Map([['AKIA1', { kind: 'none' }]]));
  });

  it('is that of both keys when both slots say the same', () => {
    const both = new Map([
      ['AKIA1', { kind: 'none' }],
      ['AKIA2', { kind: 'none' }],
    ]);
    expect(provenUses(row(slot(), slot()), NOW, [key(), second], 0)).toEqual(both);
    expect(
      provenUses(row(slot({ use: used(5) }), slot({ use: used(5) })), NOW, [key(), second], 0).size,
    ).toBe(2);
  });

  it.each<[string, ReportRow, ListedKey[], number]>([
    ['a key as young as the report', row(slot(), EMPTY), [key({ createdAt: NOW - REPORT_MARGIN_MS + 1 })], 0],
    ['a key without a time', row(slot(), EMPTY), [key({ createdAt: null })], 0],
    ['one key and two slots', row(slot(), slot()), [key()], 0],
    ['two keys and one slot', row(slot(), EMPTY), [key(), second], 0],
    ['two slots that differ', row(slot({ use: used(5) }), slot()), [key(), second], 0],
    [
      'the same time in another service',
      row(
        slot({ use: used(5) }),
        slot({ use: { kind: 'used', use: { at: 5, service: 'ec2', region: null } } }),
      ),
      [key(), second],
      0,
    ],
    ['a slot of another status', row(slot({ active: false }), EMPTY), [key()], 0],
    [
      'a slot changed before the key was made',
      row(slot({ changedAt: 4_000 }), EMPTY),
      [key({ createdAt: 9_000 })],
      0,
    ],
    ['cells that cannot be read', row(slot({ use: { kind: 'unreadable' } }), EMPTY), [key()], 0],
    ['a slot that may be filled', row(slot(), slot({ filled: null })), [key()], 0],
    ['a third key that was there', row(slot(), slot()), [key(), second], 1],
    ['three keys', row(slot(), slot()), [key(), second, key({ accessKeyId: 'AKIA3' })], 0],
    ['no keys', row(EMPTY, EMPTY), [], 0],
  ])('is nothing for %s', (_, of, keys, others) => {
    expect(provenUses(of, NOW, keys, others).size).toBe(0);
  });
});

describe('a key that is not usable', () => {
  const HOUR_MS = 60 * MINUTE_MS;
  const before = (more: Partial<InventoryKey> = {}): InventoryKey => ({
    accessKeyId: 'AKIA1',
    accountId: '111122223333',
    userId: 'AIDA1',
    userName: 'ann',
    status: 'Inactive',
    createdAt: 0,
    description: null,
    lastUse: { kind: 'not_seen', asOf: 10 * HOUR_MS },
    firstSeenAt: 0,
    statusSince: 9 * HOUR_MS,
    statusSeen: true,
    goneAt: null,
    ...more,
  });

  it('need not be asked about again once it was, well after it stopped', () => {
    expect(isSettled(before(), 'Inactive', true)).toBe(true);
    expect(isSettled(before({ status: 'Expired' }), 'Expired', true)).toBe(true);
  });

  it.each<[string, Partial<InventoryKey>, 'Active' | 'Inactive', boolean]>([
    ['it is usable', {}, 'Active', true],
    ['it was usable', { status: 'Active' }, 'Inactive', true],
    ['its row changed', {}, 'Inactive', false],
    [
      'it was asked about too soon',
      { lastUse: { kind: 'not_seen', asOf: 10 * HOUR_MS - 1 } },
      'Inactive',
      true,
    ],
    [
      'nothing is known',
      { lastUse: { kind: 'unknown', why: '', since: 99 * HOUR_MS, last: null } },
      'Inactive',
      true,
    ],
  ])('is asked about when %s', (_, more, status, unchanged) => {
    expect(isSettled(before(more), status, unchanged)).toBe(false);
  });
});
