import { describe, expect, it } from 'vitest';
import { actForm, isAsked } from '../../commands/modals/rotation-act-form.ts';
import { rotationView } from '../../commands/modals/rotation-view.ts';
import { rotationLines } from '../../src/domain/rotation-lines.ts';
import { isFinal, type Rotation } from '../../src/domain/rotation.ts';
import { actsOf } from '../../src/domain/rotation-acts.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { validateMessage, validateView } from '../../src/slack/blocks/validate.ts';
import { wordsOf } from '../../sandbox/slack/driver/find.ts';
import { journalEntry } from '../db/rotation-samples.ts';
import { play } from '../rotation/model/play.ts';
import { cardOf, lookOf, rotationMessagesOf, rotationViewsOf, STATES } from './rotation-models.ts';
import { tame } from './outside.ts';

/** Lives of rotations as test/rotation plays them; more are played there. */
const LIVES = 60;

/** Labels of buttons, by action id. */
function buttons(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (each: unknown): void => {
    if (Array.isArray(each)) return each.forEach(visit);
    if (typeof each !== 'object' || each === null) return;
    const { type, action_id: id, text } = each as Record<string, unknown>;
    if (type === 'button') found.set(String(id), (text as { text: string }).text);
    Object.values(each).forEach(visit);
  };
  visit(value);
  return found;
}

describe('every state a rotation reaches', () => {
  it('is shown within the limits of Slack, with the buttons for what can be done, in lives full of accidents', async () => {
    const reached = new Map<string, Rotation>();
    for (let seed = 1; seed <= LIVES; seed += 1) {
      const { stores } = await play(seed);
      for (const each of stores.history) {
        const { state, block, wait, trouble, change } = each;
        const shape = [
          state,
          block?.code,
          block?.from,
          block?.choices.join(),
          wait !== null,
          trouble !== null,
          change?.change,
        ];
        reached.set(JSON.stringify(shape), each);
      }
    }
    const states = new Set([...reached.values()].map(({ state }) => state));
    expect(STATES.filter((state) => !states.has(state))).toEqual([]);
    for (const [shape, rotation] of reached) {
      const now = rotation.stateAt + 1_000;
      const card = { ...cardOf(rotation, tame), now };
      const message = presenter.rotationCard(card);
      const problems = validateMessage({ text: message.text, blocks: [...message.blocks] });
      expect({ shape, problems }).toEqual({ shape, problems: [] });
      const acts = actsOf(rotation, now).map((act) => `rotation.${act}`);
      const shown = [...buttons(message.blocks).keys()];
      const rest = ['rotation.snippets', 'rotation.details'];
      expect({ shape, shown: shown.filter((id) => !rest.includes(id)) }).toEqual({ shape, shown: acts });
      expect(shown).toContain('rotation.details');
      expect(isFinal(rotation.state) && acts.length > 0).toBe(false);
      const look = { ...lookOf(rotation, tame), card };
      expect({ shape, problems: validateView(rotationView(look, null)) }).toEqual({ shape, problems: [] });
      for (const act of actsOf(rotation, now)) {
        if (!isAsked(act)) continue;
        const form = actForm(act, look);
        expect({ shape, act, problems: validateView(form) }).toEqual({ shape, act, problems: [] });
        // Whoever agrees has read which key it is about.
        expect(wordsOf(form.blocks)).toContain(rotation.oldKeyId);
      }
    }
    expect(reached.size).toBeGreaterThan(40);
  });

  it('tells each change of state once in its thread', async () => {
    const { stores } = await play(7);
    const told = stores.history.flatMap((after, at) =>
      rotationLines(stores.history[at - 1] ?? null, after, null, after.stateAt),
    );
    const moves = stores.history.filter((each, at) => each.state !== stores.history[at - 1]?.state);
    expect(told.length).toBeGreaterThanOrEqual(moves.length);
    expect(told.map(({ what }) => what).join('\n')).not.toMatch(/undefined|null|NaN/);
  });
});

describe('every screen of rotations', () => {
  it('is one Slack takes, in every state', () => {
    for (const [name, view] of rotationViewsOf(tame)) {
      expect({ name, problems: validateView(view) }).toEqual({ name, problems: [] });
    }
    for (const [name, { text, blocks }] of rotationMessagesOf(tame)) {
      expect({ name, problems: validateMessage({ text, blocks: [...blocks] }) }).toEqual({
        name,
        problems: [],
      });
    }
  });

  it('stays one, and within its limits, when all texts from outside are as long and bad as can be', () => {
    const bad = '<!channel>&`*_~:aws:\u202e<@U0EVIL> ';
    const long = (length: number): string => `a${bad.repeat(40)}`.slice(0, length);
    const worst = {
      name: long(60),
      description: long(500),
      alias: long(63),
      path: long(512),
      reference: long(200),
    };
    for (const [name, view] of rotationViewsOf(worst)) {
      expect({ name, problems: validateView(view) }).toEqual({ name, problems: [] });
    }
    for (const [name, { text, blocks }] of rotationMessagesOf(worst)) {
      expect({ name, problems: validateMessage({ text, blocks: [...blocks] }) }).toEqual({
        name,
        problems: [],
      });
    }
  });
});

describe('rotations in words', () => {
  const messages = rotationMessagesOf(tame).map(([name, { text, blocks }]) => ({
    name,
    words: `${text}\n${wordsOf(blocks)}`,
  }));
  const views = rotationViewsOf(tame).map(([name, { title, blocks }]) => ({
    name,
    words: `${title.text}\n${wordsOf(blocks)}`,
  }));

  it.each([...messages, ...views])('leave no gap: $name', ({ words }) => {
    expect(words.replaceAll('“Expired”', '')).not.toMatch(/undefined|null|\[object|\{"|NaN|expire/i);
  });

  it.each(
    messages.filter(({ name }) =>
      /^rotation (?:quiet|soaking|done|undone|creating, nobody knows|blocked, needs_approval)$|^(?:question|cut-over|end) of a rotation (?:soaking|quiet|done)$|^rotations/.test(
        name,
      ),
    ),
  )('read well: $name', ({ words }) => {
    expect(words).toMatchSnapshot('words');
  });

  it.each(
    views.filter(({ name }) =>
      /^rotate(?:, two keys)?$|^dry run, nothing|^\w+ of a rotation (?:quiet$|blocked)|^wait$/.test(name),
    ),
  )('read well: $name', ({ words }) => {
    expect(words).toMatchSnapshot('words');
  });
});

it('Details shows what happened last, however long the journal is', async () => {
  const { stores } = await play(1);
  const look = lookOf(stores.only, tame);
  const journal = Array.from({ length: 100 }, (_, at) =>
    journalEntry({ id: `j${at}`, at, detail: { why: `line ${at}: ${'far too long '.repeat(80)}` } }),
  );
  const words = wordsOf(rotationView({ ...look, journal }, null));
  expect(words).toContain('line 99:');
  expect(words).not.toContain('line 0:');
  expect(words).toContain('earlier ones are in the audit log');
});
