import { describe, expect, it } from 'vitest';
import { joined, undone } from '../../src/domain/containment-acts.ts';
import { settledBy } from '../../src/domain/containment-settle.ts';
import { afterLook, effectsOf, type ContainedLook } from '../../src/domain/containment-steps.ts';
import {
  denyAllArn,
  type Containment,
  type ContainmentHolder,
  type PartStanding,
} from '../../src/domain/containment.ts';
import { withIntent } from '../../src/handlers/containments/effects.ts';
import { containment } from '../db/containment-samples.ts';

const NOW = 1_790_000_000_000;
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const SURE: PartStanding = { reads: 3, failure: null };
const NONE: PartStanding = { reads: 0, failure: null };
const taking = (at: number) => ({ by: 'U0RESP', at, reason: 'no' });

function holder(changes: Partial<ContainmentHolder> = {}): ContainmentHolder {
  const [first] = containment().holders;
  if (first === undefined) throw new Error('no holder');
  return { ...first, ...changes };
}

function row(changes: Partial<Containment> = {}): Containment {
  return containment({
    state: 'holding',
    userName: 'alice',
    keys: [{ accessKeyId: KEY, before: 'Active' }],
    deny: { way: 'attached', attached: true, inline: false },
    parts: { key: SURE, deny: SURE, date: NONE },
    heldUntil: NOW + 1_800_000,
    confirmedAt: NOW,
    sentAt: NOW - 3_000,
    changedAt: NOW - 3_000,
    seenKeys: [KEY, OTHER],
    ...changes,
  });
}

/** The user as IAM shows it: key by key its status, and whether AWSDenyAll is attached. */
function seen(
  at: number,
  keys: Readonly<Record<string, 'Active' | 'Inactive'>>,
  denied: boolean,
  changes: Partial<ContainedLook> = {},
): ContainedLook {
  return {
    at,
    user: 'there',
    keys: Object.entries(keys).map(([accessKeyId, status]) => ({ accessKeyId, status })),
    attached: denied ? [{ name: 'AWSDenyAll', arn: denyAllArn('aws') }] : [],
    inlineDeny: null,
    dateDeny: null,
    ...changes,
  };
}

/** One look as a turn makes it: what it finds is changed in `keys` and `denied` by the caller. */
function looked(before: Containment, look: ContainedLook): { row: Containment; effects: string[] } {
  const after = afterLook(before, look);
  const effects = effectsOf(after, look);
  const next =
    effects.length === 0
      ? settledBy(after, look.at)
      : effects.reduce(withIntent, { ...after, changedAt: look.at });
  return {
    row: next,
    effects: effects.map((each) =>
      each.what === 'set_key' ? `${each.accessKeyId} ${each.status}` : each.what,
    ),
  };
}

/** Looks again and again at a user that does not change. */
function watched(before: Containment, at: number, ms: number, look: (at: number) => ContainedLook) {
  let now = before;
  const effects: string[] = [];
  for (let time = at; time <= at + ms && now.nextAt !== null; time += 1_000) {
    const next = looked(now, look(time));
    now = next.row;
    effects.push(...next.effects);
  }
  return { row: now, effects };
}

describe('what was before', () => {
  it('a deny of somebody else is remembered when it is taken off and put back meanwhile', () => {
    const before = row({
      deniedBefore: null,
      deny: { way: 'attached', attached: false, inline: false },
      parts: { key: NONE, deny: NONE, date: NONE },
    });
    const first = looked(before, seen(NOW, { [KEY]: 'Inactive' }, true));
    expect(first.row.deniedBefore).toBe(true);
    const thief = looked(first.row, seen(NOW + 10_000, { [KEY]: 'Inactive' }, false));
    expect(thief.effects).toEqual(['attach_deny']);
    expect(thief.row.deniedBefore).toBe(true);
    const back = undone(thief.row, 'h1', taking(NOW + 20_000));
    expect(looked(back, seen(NOW + 20_000, { [KEY]: 'Active' }, true)).effects).toEqual([]);
  });

  it('is read anew when a deny is wanted for the first time', () => {
    const planned = row({ state: 'standing', deny: null, holders: [holder({ kind: 'planned' })] });
    const stolen = joined(planned, holder({ id: 'h2' }), [], NOW);
    expect(stolen.deniedBefore).toBeNull();
    expect(stolen.sentAt).toBeNull();
    expect(looked(stolen, seen(NOW, { [KEY]: 'Inactive' }, true)).row.deniedBefore).toBe(true);
    expect(joined(row(), holder({ id: 'h2' }), [], NOW).deniedBefore).toBe(false);
  });

  it('a key that one list does not show is not gone', () => {
    const before = row({
      state: 'acting',
      keys: [{ accessKeyId: KEY, before: 'unread' }],
      parts: { key: NONE, deny: NONE, date: NONE },
    });
    const missed = looked(before, seen(NOW, {}, true));
    expect(missed.row).toMatchObject({ keys: [{ before: 'unread' }], events: [] });
    const found = looked(missed.row, seen(NOW + 1_000, { [KEY]: 'Active' }, true));
    expect(found.row.keys).toEqual([{ accessKeyId: KEY, before: 'Active' }]);
    expect(found.effects).toEqual([`${KEY} Inactive`]);
    const never = watched(before, NOW, 5_000, (at) => seen(at, {}, true));
    expect(never.row.keys).toEqual([{ accessKeyId: KEY, before: 'gone' }]);
    // However it was missed: a key that is listed is there.
    expect(looked(never.row, seen(NOW + 9_000, { [KEY]: 'Active' }, true)).effects).toEqual([
      `${KEY} Inactive`,
    ]);
  });
});
