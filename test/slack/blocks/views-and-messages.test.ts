import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateBlocks, validateMessage, validateView } from '../../../src/slack/blocks/validate.ts';
import type { Surface } from '../../../src/slack/blocks/validate.ts';
import {
  brief,
  cell,
  richText,
  input,
  letters,
  modal,
  mrkdwn,
  plain,
  section,
  several,
  typed,
} from './pieces.ts';

describe('all blocks together', () => {
  test('the number of blocks by surface', () => {
    const count = (surface: Surface, n: number) =>
      brief(
        validateBlocks(
          several(n, () => section()),
          surface,
        ),
      );
    expect([count('message', 50), count('modal', 100), count('home', 100)]).toEqual([[], [], []]);
    expect(count('message', 51)).toEqual([['/blocks', 'too_many', 50]]);
    expect(count('modal', 101)).toEqual([['/blocks', 'too_many', 100]]);
    expect(count('home', 101)).toEqual([['/blocks', 'too_many', 100]]);
    expect(count('message', 0)).toEqual([]);
    expect(count('home', 0)).toEqual([['/blocks', 'too_few', 1]]);
  });

  test('all the text of a message', () => {
    const blocks = (rest: number) => [
      ...several(4, () => section({ text: plain(letters(3_000)) })),
      section({ text: plain(letters(rest)) }),
    ];
    expect(validateBlocks(blocks(1_200), 'message')).toEqual([]);
    expect(brief(validateBlocks(blocks(1_201), 'message'))).toEqual([['/blocks', 'too_long', 13_200]]);
    expect(validateBlocks(blocks(1_201), 'modal')).toEqual([]);
    const wordy = [richText(letters(13_200)), richText('x')];
    expect(brief(validateBlocks(wordy, 'message'))).toEqual([['/blocks', 'too_long', 13_200]]);
  });

  test('all markdown blocks together', () => {
    const blocks = (rest: number) => [
      { type: 'markdown', text: letters(11_000) },
      { type: 'markdown', text: letters(rest) },
    ];
    expect(validateBlocks(blocks(1_000), 'message')).toEqual([]);
    expect(brief(validateBlocks(blocks(1_001), 'message'))).toEqual([['/blocks', 'too_long', 12_000]]);
  });

  test('one table in a message', () => {
    const table = { type: 'table', rows: [[cell('x')]] };
    expect(brief(validateBlocks([table, table], 'message'))).toEqual([['/blocks/1', 'too_many', 1]]);
  });
});

describe('views', () => {
  const grows: readonly [key: string, limit: number, value: (n: number) => unknown, pointer: string][] = [
    ['title', 24, (n) => plain(letters(n)), '/title/text'],
    ['submit', 24, (n) => plain(letters(n)), '/submit/text'],
    ['close', 24, (n) => plain(letters(n)), '/close/text'],
    ['callback_id', 255, letters, '/callback_id'],
    ['external_id', 255, letters, '/external_id'],
    ['private_metadata', 3_000, letters, '/private_metadata'],
  ];

  test.each(grows)('%s: %d and no more', (key, most, value, pointer) => {
    expect(validateView(modal({ [key]: value(most) }))).toEqual([]);
    expect(brief(validateView(modal({ [key]: value(most + 1) })))).toEqual([[pointer, 'too_long', most]]);
  });

  test.each([
    ['no object', null, '', 'wrong_type'],
    ['no type', {}, '/type', 'missing'],
    ['a type of old', { type: 'workflow_step', blocks: [] }, '/type', 'unknown_type'],
    ['no title', { type: 'modal', blocks: [section()] }, '/title', 'missing'],
    ['no blocks', { type: 'modal', title: plain() }, '/blocks', 'missing'],
    ['blocks that are no array', modal({ blocks: {} }), '/blocks', 'wrong_type'],
    ['a title on Home', { type: 'home', title: plain(), blocks: [section()] }, '/title', 'unknown_key'],
    ['mrkdwn in the title', modal({ title: mrkdwn() }), '/title/type', 'not_allowed'],
    ['an unknown key', modal({ submit_disabled: true }), '/submit_disabled', 'unknown_key'],
    ['an input without submit', modal({ blocks: [input(typed())] }), '/submit', 'missing'],
  ])('%s', (_what, view, pointer, code) => {
    expect(brief(validateView(view))).toEqual([[pointer, code]]);
  });

  test('an input on Home needs no submit', () => {
    expect(validateView({ type: 'home', blocks: [input(typed(), { dispatch_action: true })] })).toEqual([]);
  });

  test('one focus on load', () => {
    const blocks = several(2, (i) => input(typed({ focus_on_load: true }), { block_id: `b${i}` }));
    const problems = validateView(modal({ submit: plain(), blocks }));
    expect(brief(problems)).toEqual([['/blocks/1/element/focus_on_load', 'too_many', 1]]);
  });

  test('250 kB', () => {
    const view = (size: number) =>
      modal({ blocks: several(100, () => section({ text: plain(letters(size)) })) });
    expect(validateView(view(2_400))).toEqual([]);
    expect(brief(validateView(view(2_500)))).toEqual([['', 'too_large', 250_000]]);
  });
});

describe('messages', () => {
  test('need a text for notifications, of 4,000 characters at most', () => {
    expect(validateMessage({ text: letters(4_000), blocks: [section()] })).toEqual([]);
    expect(brief(validateMessage({ text: letters(4_001) }))).toEqual([['/text', 'too_long', 4_000]]);
    expect(brief(validateMessage({ blocks: [section()] }))).toEqual([['/text', 'missing']]);
    expect(brief(validateMessage({ text: '' }))).toEqual([['/text', 'too_short', 1]]);
  });

  test('have 100 attachments at most', () => {
    expect(validateMessage({ text: 'x', attachments: several(100, () => ({})) })).toEqual([]);
    expect(brief(validateMessage({ text: 'x', attachments: several(101, () => ({})) }))).toEqual([
      ['/attachments', 'too_many', 100],
    ]);
  });
});

describe('anything at all', () => {
  const surfaces = fc.constantFrom<Surface>('message', 'modal', 'home');

  test('never throws, and each pointer leads to a value or to where one is missing', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), surfaces, (blocks, surface) => {
        for (const { pointer, message } of validateBlocks(blocks, surface)) {
          expect(pointer).toMatch(/^\/blocks(\/|$)/);
          expect(message).not.toBe('');
        }
        expect(validateView(blocks)).not.toEqual([]);
      }),
    );
  });

  test('a sound view with one text made too long is refused at that very place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 30 }),
        fc.nat(),
        (sizes, pick) => {
          const at = pick % sizes.length;
          const blocks = sizes.map((size, index) =>
            section({ text: plain(letters(index === at ? 3_001 : size)) }),
          );
          expect(brief(validateBlocks(blocks, 'modal'))).toEqual([
            [`/blocks/${at}/text/text`, 'too_long', 3_000],
          ]);
        },
      ),
    );
  });
});
