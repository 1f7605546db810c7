import { describe, expect, it } from 'vitest';
import { containmentLines } from '../../src/domain/containment-card.ts';
import { holdStopped, joined, undone } from '../../src/domain/containment-acts.ts';
import { isShutOff } from '../../src/domain/containment-unread.ts';
import { confirmedWords, standingWords } from '../../src/domain/containment-words.ts';
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

describe('what is over', () => {
  it('a key that was given back stays as people set it while another one of the user is held', () => {
    const first = holder({ phase: 'undone', taken: taking(NOW) });
    const second = holder({ id: 'h2', accessKeyId: OTHER });
    const undoing = row({ state: 'undoing', holders: [first] });
    const both = joined(undoing, second, [{ accessKeyId: OTHER, before: 'Active' }], NOW);
    const back = looked(both, seen(NOW, { [KEY]: 'Inactive', [OTHER]: 'Active' }, true));
    expect(back.effects).toEqual([`${KEY} Active`, `${OTHER} Inactive`]);
    const held = watched(back.row, NOW + 1_000, 10_000, (at) =>
      seen(at, { [KEY]: 'Active', [OTHER]: 'Inactive' }, true),
    );
    expect(held.row).toMatchObject({ state: 'holding', keys: [{ accessKeyId: OTHER }] });
    const owner = looked(held.row, seen(NOW + 20_000, { [KEY]: 'Inactive', [OTHER]: 'Inactive' }, true));
    expect(owner.effects).toEqual([]);
  });

  it('a deny that was taken off is nobody’s when a planned deactivation joins', () => {
    const first = holder({ phase: 'undone', taken: taking(NOW) });
    const planned = holder({ id: 'h2', kind: 'planned', accessKeyId: OTHER });
    const undoing = row({ state: 'undoing', holders: [first] });
    const both = joined(undoing, planned, [{ accessKeyId: OTHER, before: 'Active' }], NOW);
    const back = looked(both, seen(NOW, { [KEY]: 'Active', [OTHER]: 'Active' }, true));
    expect(back.effects).toEqual([`${OTHER} Inactive`, 'detach_deny']);
    const stands = watched(back.row, NOW + 1_000, 20_000, (at) =>
      seen(at, { [KEY]: 'Active', [OTHER]: 'Inactive' }, false),
    );
    expect(stands.row).toMatchObject({ state: 'standing', deny: null, keys: [{ accessKeyId: OTHER }] });
  });

  it('is not done by reads that may come from a replica that lags behind what was just sent', () => {
    const sent = row({ state: 'acting', changedAt: NOW, parts: { key: NONE, deny: NONE, date: NONE } });
    const back = undone(sent, 'h1', taking(NOW + 500));
    // Three reads show the user as it was before; then what was sent shows.
    const lagging = watched(back, NOW + 500, 4_000, (at) => seen(at, { [KEY]: 'Active' }, false));
    expect(lagging).toMatchObject({ row: { state: 'undoing' }, effects: [] });
    const late = looked(lagging.row, seen(NOW + 5_500, { [KEY]: 'Inactive' }, true));
    expect(late.effects).toEqual([`${KEY} Active`, 'detach_deny']);
    const done = watched(late.row, NOW + 6_500, 10_000, (at) => seen(at, { [KEY]: 'Active' }, false));
    expect(done).toMatchObject({ row: { state: 'undone' }, effects: [] });
  });

  it('is given back also when the hold is stopped meanwhile', () => {
    const first = holder({ phase: 'undone', taken: taking(NOW) });
    const keys = [KEY, OTHER].map((accessKeyId) => ({ accessKeyId, before: 'Active' as const }));
    const both = row({ holders: [first, holder({ id: 'h2', accessKeyId: OTHER })], keys });
    const stopped = holdStopped(both, 'U0RESP', NOW + 1_000);
    if (stopped === null) throw new Error('not held');
    expect(containmentLines(both, stopped)).toMatchObject([{ kind: 'stopped' }]);
    const late = looked(stopped, seen(NOW + 2_000, { [KEY]: 'Inactive', [OTHER]: 'Inactive' }, true));
    expect(late.effects).toEqual([`${KEY} Active`]);
    const stands = watched(late.row, NOW + 3_000, 20_000, (at) =>
      seen(at, { [KEY]: 'Active', [OTHER]: 'Inactive' }, true),
    );
    expect(stands.row).toMatchObject({ state: 'standing', keys: [{ accessKeyId: OTHER }], nextAt: null });
  });

  it('is not asserted again when the deny of sessions from before ends', () => {
    const until = NOW + 100_000_000;
    const dateDeny = { issuedBefore: NOW, until };
    const recoveredRow = row({
      state: 'recovered',
      holders: [holder({ phase: 'recovered', taken: taking(NOW) })],
      deny: null,
      dateDeny,
      heldUntil: null,
      nextAt: until,
    });
    const end = looked(recoveredRow, seen(until, { [KEY]: 'Active' }, false, { dateDeny: 'ours' }));
    expect(end.effects).toEqual(['delete_date']);
    const standing = row({
      state: 'standing',
      holders: [holder(), holder({ id: 'h2', phase: 'recovered', taken: taking(NOW) })],
      dateDeny,
      heldUntil: null,
      nextAt: until,
    });
    const late = looked(standing, seen(until, { [KEY]: 'Active' }, false, { dateDeny: 'ours' }));
    expect(late.effects).toEqual(['delete_date']);
  });

  it('a key that was switched on again while nobody looked is left alone where it was planned, and said', () => {
    const planned = row({
      state: 'standing',
      holders: [holder({ kind: 'planned' })],
      deny: null,
      heldUntil: null,
      nextAt: null,
    });
    const second = holder({ id: 'h2', accessKeyId: OTHER });
    const both = joined(planned, second, [{ accessKeyId: OTHER, before: 'Active' }], NOW);
    const next = looked(both, seen(NOW, { [KEY]: 'Active', [OTHER]: 'Active' }, false));
    expect(next.effects).toEqual([`${OTHER} Inactive`, 'attach_deny']);
    expect(next.row.events).toMatchObject([{ what: 'left_on', about: KEY }]);
    const later = watched(next.row, NOW + 1_000, 10_000, (at) =>
      seen(at, { [KEY]: 'Active', [OTHER]: 'Inactive' }, true),
    );
    expect(later).toMatchObject({ row: { state: 'holding' }, effects: [] });
    // Asked for again, it is switched off.
    const again = joined(later.row, holder({ id: 'h3' }), [{ accessKeyId: KEY, before: 'Active' }], NOW);
    expect(looked(again, seen(NOW + 20_000, { [KEY]: 'Active', [OTHER]: 'Inactive' }, true)).effects).toEqual(
      [`${KEY} Inactive`],
    );
    // A stolen one is still to be off, and that is said, too.
    const stolen = joined(row({ state: 'standing', heldUntil: null }), second, [], NOW);
    const off = looked(stolen, seen(NOW, { [KEY]: 'Active', [OTHER]: 'Inactive' }, true));
    expect(off.effects).toEqual([`${KEY} Inactive`]);
    expect(off.row.events).toMatchObject([{ what: 'put_back', about: 'key' }]);
  });

  it('a planned deactivation that is confirmed late is not held', () => {
    const late = row({
      state: 'holding',
      holders: [holder({ kind: 'planned' })],
      deny: null,
      confirmedAt: null,
      parts: { key: NONE, deny: NONE, date: NONE },
    });
    const stands = watched(late, NOW + 60_000, 10_000, (at) => seen(at, { [KEY]: 'Inactive' }, false));
    expect(stands.row).toMatchObject({ state: 'standing', nextAt: null, proofAt: null });
    expect(stands.row.confirmedAt).not.toBeNull();
  });
});

describe('what was not held', () => {
  it('is named where nobody looks any more', () => {
    const off = { key: NONE, deny: NONE, date: NONE };
    const stopped = row({ state: 'standing', heldUntil: null, parts: off, putBack: 3 });
    const said = confirmedWords(stopped, NOW).join(' ');
    expect(said).toContain('Not held: at the last look');
    expect(said).toContain('a key that was to be Inactive was Active and the deny was off');
    expect(said).toContain('put back 3 times at least');
    expect(standingWords(stopped, NOW)).toBe('Not contained as far as IAM shows');
    const one = confirmedWords({ ...stopped, parts: { ...off, key: SURE } }, NOW).join(' ');
    expect(one).toContain('the deny was off');
    expect(one).not.toContain('was Active');
  });

  it('is not counted for a look that may be from before our last change', () => {
    const before = row({ changedAt: NOW - 1_000, parts: { key: NONE, deny: NONE, date: NONE }, putBack: 2 });
    const stale = afterLook(before, seen(NOW, { [KEY]: 'Active' }, false));
    expect(stale.putBack).toBe(2);
    const shown = afterLook(before, seen(NOW, { [KEY]: 'Inactive' }, true));
    expect(afterLook(shown, seen(NOW + 500, { [KEY]: 'Active' }, false)).putBack).toBe(4);
  });
});

describe('what is not done', () => {
  const trouble = { action: 'iam:GetUser', code: 'aws_down', said: '', at: NOW, retryAt: NOW };
  const kinds = (before: Containment, after: Containment): string[] =>
    containmentLines(before, after).map(({ kind }) => kind);

  it('is told by itself when it shows, and once', () => {
    const acting = row({ state: 'acting', confirmedAt: null, parts: { key: SURE, deny: NONE, date: NONE } });
    const part = { ...acting, state: 'holding' as const };
    expect(kinds(acting, part)).toEqual(['not_done']);
    expect(kinds(part, { ...part, updatedAt: NOW })).toEqual([]);
    expect(kinds(acting, { ...part, confirmedAt: NOW })).toEqual(['confirmed']);
    const finding = row({ state: 'finding', userName: null, confirmedAt: null });
    expect(kinds(finding, { ...finding, state: 'refused', refusal: { why: 'a', next: 'b' } })).toEqual([
      'not_done',
    ]);
  });

  it('is told of a user that cannot be read, and of what is not taken back, when that lasts a minute', () => {
    const at = (seconds: number, changes: Partial<Containment>): Containment =>
      row({ updatedAt: NOW + seconds * 1_000, stateAt: NOW, ...changes });
    for (const changes of [{ trouble }, { state: 'undoing' as const }, { state: 'recovering' as const }]) {
      expect(kinds(at(0, changes), at(3, changes))).toEqual([]);
      expect(kinds(at(58, changes), at(61, changes))).toEqual(['not_done']);
      expect(kinds(at(61, changes), at(64, changes))).toEqual([]);
    }
    expect(kinds(at(58, {}), at(61, {}))).toEqual([]);
  });
});

describe('somebody who makes keys and policies without end', () => {
  const off = { [KEY]: 'Inactive', [OTHER]: 'Inactive' } as const;
  const start = (): Containment => row({ seenInline: [], seenPolicies: ['known'], deniedBefore: false });

  it('is told by a measure, so that the channel hears of other things, too', () => {
    let now = start();
    let lines = 0;
    // Thirty policies and a key, all of them new, every two seconds for five minutes.
    for (let look = 0; look < 150; look += 1) {
      const inline = Array.from({ length: 30 }, (_, at) => `p${look}-${at}`);
      const keys = { ...off, [`AKIANEW${String(look).padStart(13, 'A')}`]: 'Active' } as const;
      const next = afterLook(now, seen(NOW + look * 2_000, keys, true, { inline }));
      lines += containmentLines(now, next).length;
      now = next;
    }
    expect(lines).toBeGreaterThan(5);
    // Slack takes 300 messages in that time.
    expect(lines).toBeLessThan(50);
    const said = now.events.map(({ what }) => what);
    expect(said).toContain('new_key');
    expect(said).toContain('more_new');
    // Whoever recovers the user sees every key all the same.
    expect(now.seenKeys).toHaveLength(152);
  });

  it('has what is still there told in its turn, once', () => {
    const inline = Array.from({ length: 15 }, (_, at) => `p${at}`);
    let now = start();
    const told: string[] = [];
    for (let look = 0; look < 150; look += 1) {
      const next = afterLook(now, seen(NOW + look * 2_000, off, true, { inline }));
      for (const line of containmentLines(now, next)) {
        if (line.kind === 'event' && line.event.what === 'new_inline') told.push(line.event.about);
      }
      now = next;
    }
    expect(told).toEqual(inline);
  });
});

it('is shut off only as long as IAM confirms it of a user that was found', () => {
  expect(isShutOff(row(), NOW)).toBe(true);
  // Of nothing everything is confirmed.
  const planned = { holders: [holder({ kind: 'planned' })], keys: [], deny: null } as const;
  expect(isShutOff(row({ ...planned, state: 'finding', userName: null }), NOW)).toBe(false);
  expect(isShutOff(row({ state: 'undone', holders: [holder({ phase: 'undone' })] }), NOW)).toBe(false);
});
