import { array, assert, constantFrom, integer, oneof, property, record, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloudTrailEvent } from '../../src/detections/event.ts';
import { ALICE, call } from '../../src/detections/example.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import { RecordReader } from '../../src/detections/record.ts';
import { Ids } from '../../src/replay/ids.ts';
import { Order } from '../../src/replay/order.ts';
import { SortedWindow } from '../../src/replay/window.ts';

const HELD = 8;
const LOT = 4;
const REMEMBERED = 6;

/** The window in the plainest words: lists of events, and ids in sets. */
class Plain {
  #events: CloudTrailEvent[] = [];
  readonly #gone: ReadonlySet<string>[] = [];
  #wentTo = -1;
  duplicates = 0;

  add(event: CloudTrailEvent): void {
    const went = (event.at ?? 0) <= this.#wentTo && this.#gone.some((ids) => ids.has(event.id));
    if (went) this.duplicates += 1;
    else this.#events.push(event);
  }

  ready(): readonly CloudTrailEvent[] {
    if (this.#events.length < HELD + LOT) return [];
    const sorted = this.rest();
    const ready = sorted.slice(0, sorted.length - HELD);
    this.#events = sorted.slice(ready.length);
    this.#wentTo = Math.max(this.#wentTo, ready.at(-1)?.at ?? 0);
    this.#gone.push(new Set(ready.map(({ id }) => id)));
    if (this.#gone.length > REMEMBERED) this.#gone.shift();
    return ready;
  }

  rest(): CloudTrailEvent[] {
    const sorted = this.#events.toSorted((a, b) =>
      (a.at ?? 0) === (b.at ?? 0) ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : (a.at ?? 0) - (b.at ?? 0),
    );
    const once = sorted.filter((event, nth) => event.id !== sorted[nth - 1]?.id);
    this.duplicates += sorted.length - once.length;
    this.#events = [];
    return once;
  }
}

const uuid = tuple(constantFrom('0', '9', 'a', 'f'), integer({ min: 0, max: 40 })).map(
  ([first, last]) => `${first.repeat(8)}-0000-4000-8000-${String(last).padStart(12, '0')}`,
);
const id = oneof(
  { weight: 6, arbitrary: uuid },
  { weight: 1, arbitrary: uuid.map((each) => each.toUpperCase()) },
  { weight: 1, arbitrary: uuid.map((each) => each.replace('4000', '4é00')) },
  { weight: 1, arbitrary: constantFrom('', 'no id', '-'.repeat(36)) },
);
const raws = record({
  id,
  second: integer({ min: 0, max: 30 }),
  kind: constantFrom('plain', 'asked', 'refused', 'no time', 'copy', 'service'),
}).map(({ id: eventID, second, kind }): RawRecord => {
  const time = { eventTime: `2026-03-02T09:00:${String(second).padStart(2, '0')}Z` };
  const raw = call(kind === 'asked' ? 'iam:CreateUser' : 's3:GetObject', { asked: { userName: 'eve' } });
  switch (kind) {
    case 'refused':
      return { ...raw, ...time, eventID, errorCode: 'AccessDenied', errorMessage: 'no' };
    case 'no time':
      return { ...raw, eventID, eventTime: 'yesterday' };
    case 'copy':
      return { ...raw, ...time, eventID, recipientAccountId: '999988887777' };
    case 'service':
      return {
        ...raw,
        ...time,
        eventID,
        userIdentity: { ...ALICE, accessKeyId: undefined, invokedBy: 'x.amazonaws.com' },
      };
    case 'plain':
    case 'asked':
      return { ...raw, ...time, eventID };
  }
});

describe('the window that puts events in order', () => {
  it('gives what a plain list of events would, piece by piece, and each event as it was', () => {
    const pieces = array(array(raws, { maxLength: 15 }), { minLength: 1, maxLength: 30 });
    assert(
      property(pieces, (records) => {
        const reader = new RecordReader((action) => action.startsWith('iam:'));
        const [window, plain] = [new SortedWindow(HELD), new Plain()];
        for (const piece of records) {
          const events = piece.map((raw) => reader.read(raw)).filter((event) => event !== null);
          for (const event of events) {
            window.add(event);
            plain.add(event);
          }
          expect(given(window.ready())).toEqual(plain.ready());
        }
        expect(given(window.rest())).toEqual(plain.rest());
        expect(window.duplicates).toBe(plain.duplicates);
      }),
      { numRuns: 300 },
    );
  });

  it('takes a piece of a file that is larger than all it has room for', () => {
    const reader = new RecordReader();
    const window = new SortedWindow(HELD);
    const all = Array.from({ length: 5_000 }, (_, nth) =>
      call('s3:GetObject', { minute: (nth * 7) % 5_000 }),
    ).flatMap((raw) => reader.read(raw) ?? []);
    for (const event of all) window.add(event);
    const ready = given(window.ready());
    expect(ready).toHaveLength(5_000 - HELD);
    const times = [...ready, ...given(window.rest())].map(({ at }) => at ?? 0);
    expect(times).toEqual(all.map(({ at }) => at ?? 0).toSorted((a, b) => a - b));
  });
});

/** Plain objects: what class an event has does not matter. */
function given(lots: Iterable<readonly CloudTrailEvent[]>): CloudTrailEvent[] {
  return [...lots].flat().map((event) => ({ ...event }));
}

describe('ids', () => {
  it('come out as they went in, compare as texts do, and are found by their hashes', () => {
    assert(
      property(array(id, { minLength: 2, maxLength: 20 }), (texts) => {
        const [ids, copies] = [new Ids(texts.length), new Ids(1)];
        ids.grow(2 * texts.length);
        for (const [place, text] of texts.entries()) ids.set(place, text);
        for (const [place, text] of texts.entries()) {
          expect(ids.at(place)).toBe(text);
          copies.copy(0, ids, place);
          expect(copies.at(0)).toBe(text);
          for (const [there, other] of texts.entries()) {
            expect(Math.sign(ids.compare(place, there))).toBe(text < other ? -1 : text > other ? 1 : 0);
            expect(ids.isSame(there, copies, 0)).toBe(text === other);
            expect(text !== other || copies.hash(0) === ids.hash(there)).toBe(true);
          }
        }
      }),
    );
  });
});

describe('a list that is sorted again and again', () => {
  const byTens = (a: number, b: number): number => Math.floor(a / 10) - Math.floor(b / 10);

  it('is in order, and leaves what may come in either order as it was', () => {
    // Some nearly in order, as a trail has them, some anyhow; more and more of them, while the first go.
    const nearly = array(integer({ min: -60, max: 60 }), { maxLength: 120 }).map((steps) =>
      steps.map((step, nth) => 60 + 20 * nth + step),
    );
    const anyhow = array(integer({ min: 0, max: 500 }), { maxLength: 120 });
    const round = record({ more: oneof(nearly, anyhow), gone: integer({ min: 0, max: 80 }) });
    assert(
      property(array(round, { minLength: 1, maxLength: 4 }), (rounds) => {
        const order = new Order(4);
        let plain: number[] = [];
        for (const { more, gone } of rounds) {
          for (const number of more) order.push(number);
          order.sort(byTens);
          plain = [...plain, ...more].toSorted(byTens);
          expect([...order.first(order.length)]).toEqual(plain);
          order.keep((number) => number % 7 !== 0);
          order.removeFirst(gone);
          plain = plain.filter((number) => number % 7 !== 0).slice(gone);
          expect([...order.first(order.length)]).toEqual(plain);
        }
      }),
      { numRuns: 300 },
    );
  });
});
