import { describe, expect, test } from 'vitest';
import type { Rotation } from '../../src/domain/rotation.ts';
import { undo } from '../../src/rotation/decide.ts';
import { pullBack, resumeRotations } from '../../src/rotation/resume.ts';
import { Model } from './model/model.ts';
import { Instance } from './model/play.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SIGNAL = new AbortController().signal;

/** The machine as its job runs it, once every five seconds of true time, until `there` or for so long. */
async function live(model: Model, longest: number, there: (rotation: Rotation) => boolean): Promise<number> {
  const from = model.trueNow;
  for (let turns = 0; model.trueNow - from < longest && !there(model.stores.only); turns += 1) {
    const { ground } = new Instance(model, `i${turns}`);
    if (turns % 12 === 0) await pullBack(ground);
    await resumeRotations(ground, SIGNAL);
    if (model.check.broken !== null) throw model.check.broken;
    model.trueNow += 5_000;
  }
  return model.trueNow - from;
}

/** Six hours ahead while the rotation is worked on; back again in the moment it is written as `there`. */
async function ahead(model: Model, there: (rotation: Rotation) => boolean): Promise<number> {
  model.clockForgiven = true;
  model.offset = 6 * HOUR;
  model.jumped = true;
  const { history } = model.stores;
  const push = history.push.bind(history);
  history.push = (...rows) => {
    if (backAt === null && rows.some(there)) {
      model.offset = 0;
      backAt = model.trueNow;
    }
    return push(...rows);
  };
  let backAt: number | null = null;
  await live(model, 2 * HOUR, () => model.offset === 0);
  if (backAt === null) throw new Error('It did not come to that.');
  return backAt;
}

describe('a clock that stepped six hours forward and back', () => {
  test.each(['planned', 'creating', 'verifying', 'delivering'] as const)(
    'while a rotation was %s holds it up for minutes, not for hours',
    async (state) => {
      const model = new Model(7, true);
      if (state === 'delivering') model.places.get('a')?.refuse(2);
      const backAt = await ahead(model, (rotation) => rotation.state === state);
      await live(model, 5 * HOUR, ({ state: now }) => now === 'quiet');
      expect(model.trueNow - backAt).toBeLessThan(15 * MINUTE);
      expect(model.stores.only.state).toBe('quiet');
    },
  );

  test('while it waited for its next try: that is not put off for hours', async () => {
    const model = new Model(7, true);
    model.places.get('a')?.refuse(6);
    const backAt = await ahead(model, ({ trouble }) => (trouble?.times ?? 0) === 5);
    const { nextAt, leaseUntil } = model.stores.only;
    expect([leaseUntil, (nextAt ?? 0) - model.now() > 5 * HOUR]).toEqual([0, true]);
    await live(model, 5 * HOUR, ({ state }) => state === 'quiet');
    expect(model.trueNow - backAt).toBeLessThan(15 * MINUTE);
  });

  test('right after a key was made Inactive: it is read back at once', async () => {
    const model = new Model(7, true);
    await live(model, 3 * 24 * HOUR, ({ state }) => state === 'quiet');
    model.trueNow += 25 * HOUR;
    const backAt = await ahead(model, ({ state }) => state === 'deactivated');
    await live(model, 5 * HOUR, ({ deactivatedAt }) => deactivatedAt !== null);
    expect(model.trueNow - backAt).toBeLessThan(15 * MINUTE);
  });

  test('never shortens the hour an orphan stays Inactive', async () => {
    const model = new Model(7, true);
    await live(model, HOUR, ({ state }) => state === 'quiet');
    const { stores } = model;
    await stores.put(undo(stores.only, { by: 'U2', at: model.now() }));
    await ahead(model, ({ orphans }) => orphans.some(({ inactiveAt }) => inactiveAt !== null));
    // The check of the model throws when it is deleted too early.
    await live(model, 9 * HOUR, ({ state }) => state === 'undone');
    expect(stores.only.state).toBe('undone');
    model.check.end();
  });

  test('does not delete the old key before its soak, by true time', async () => {
    const model = new Model(7, true);
    await live(model, 3 * 24 * HOUR, ({ state }) => state === 'quiet');
    model.trueNow += 25 * HOUR;
    await live(model, HOUR, ({ state }) => state === 'soaking');
    const since = model.trueNow;
    model.trueNow += 7 * 24 * HOUR - 5 * HOUR;
    model.clockForgiven = true;
    model.offset = -6 * HOUR;
    model.jumped = true;
    await live(model, HOUR, () => false);
    model.offset = 0;
    await live(model, 5 * HOUR, ({ state }) => state === 'blocked');
    expect(model.trueNow - since).toBeGreaterThan(7 * 24 * HOUR - 30 * MINUTE);
    expect(model.stores.only.block?.code).toBe('needs_approval');
  });
});
