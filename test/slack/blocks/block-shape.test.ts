import { describe, expect, test } from 'vitest';
import { validateBlocks } from '../../../src/slack/blocks/validate.ts';
import {
  actions,
  brief,
  button,
  cell,
  input,
  mrkdwn,
  option,
  plain,
  section,
  select,
  typed,
  type Thing,
} from './pieces.ts';

describe('the shape of blocks', () => {
  const wrong: readonly [what: string, block: unknown, pointer: string, code: string][] = [
    ['no object', 'text', '', 'wrong_type'],
    ['no type', { text: plain() }, '/type', 'missing'],
    ['an unknown block', { type: 'nonsense' }, '/type', 'unknown_type'],
    ['an unknown key', section({ colour: 'red' }), '/colour', 'unknown_key'],
    ['a section without text', { type: 'section' }, '', 'missing'],
    ['a section with no fields', { type: 'section', fields: [] }, '/fields', 'too_few'],
    ['an empty text', section({ text: plain('') }), '/text/text', 'too_short'],
    ['a text that is a string', section({ text: 'x' }), '/text', 'wrong_type'],
    ['a text of another type', section({ text: { type: 'html', text: 'x' } }), '/text/type', 'unknown_type'],
    ['mrkdwn in a header', { type: 'header', text: mrkdwn() }, '/text/type', 'not_allowed'],
    ['mrkdwn on a button', actions(button({ text: mrkdwn() })), '/elements/0/text/type', 'not_allowed'],
    ['emoji in mrkdwn', section({ text: { ...mrkdwn(), emoji: true } }), '/text/emoji', 'unknown_key'],
    [
      'verbatim in plain text',
      section({ text: { ...plain(), verbatim: true } }),
      '/text/verbatim',
      'unknown_key',
    ],
    ['an unknown element', actions({ type: 'slider' }), '/elements/0/type', 'unknown_type'],
    ['an input among actions', actions(typed()), '/elements/0/type', 'not_allowed'],
    ['a button in an input', input(button()), '/element/type', 'not_allowed'],
    ['a button among context', { type: 'context', elements: [button()] }, '/elements/0/type', 'unknown_type'],
    ['no elements', actions(), '/elements', 'too_few'],
    ['an unknown style', actions(button({ style: 'warning' })), '/elements/0/style', 'invalid'],
    ['a select without options', actions({ type: 'static_select' }), '/elements/0', 'missing'],
    [
      'a select with both',
      actions(select({ option_groups: [{ label: plain(), options: [option()] }] })),
      '/elements/0',
      'invalid',
    ],
    [
      'an initial option that is not offered',
      actions(select({ initial_option: option({ value: 'other' }) })),
      '/elements/0/initial_option',
      'invalid',
    ],
    [
      'an initial choice that is not offered',
      actions({ type: 'checkboxes', options: [option()], initial_options: [option({ text: plain('y') })] }),
      '/elements/0/initial_options/0',
      'invalid',
    ],
    [
      'an option without a value',
      actions(select({ options: [{ text: plain() }] })),
      '/elements/0/options/0/value',
      'missing',
    ],
    [
      'mrkdwn in a select',
      actions(select({ options: [option({ text: mrkdwn() })] })),
      '/elements/0/options/0/text/type',
      'not_allowed',
    ],
    [
      'a url outside an overflow menu',
      actions(select({ options: [option({ url: 'x' })] })),
      '/elements/0/options/0/url',
      'unknown_key',
    ],
    [
      'an empty overflow menu',
      section({ accessory: { type: 'overflow', options: [] } }),
      '/accessory/options',
      'too_few',
    ],
    ['a confirmation without text', actions(button({ confirm: {} })), '/elements/0/confirm/text', 'missing'],
    ['an image without source', { type: 'image', alt_text: 'x' }, '', 'missing'],
    ['an image without words', { type: 'image', image_url: 'x' }, '/alt_text', 'missing'],
    ['an input without a label', { type: 'input', element: typed() }, '/label', 'missing'],
    [
      'a number as initial value',
      input({ type: 'number_input', is_decimal_allowed: true, initial_value: 1 }),
      '/element/initial_value',
      'wrong_type',
    ],
    [
      'numbers in the wrong order',
      input({ type: 'number_input', is_decimal_allowed: true, min_value: '2', max_value: '1' }),
      '/element/min_value',
      'invalid',
    ],
    [
      'lengths in the wrong order',
      input(typed({ min_length: 2, max_length: 1 })),
      '/element/min_length',
      'invalid',
    ],
    [
      'an impossible date',
      input({ type: 'datepicker', initial_date: 'today' }),
      '/element/initial_date',
      'invalid',
    ],
    [
      'an impossible time',
      input({ type: 'timepicker', initial_time: '25:00' }),
      '/element/initial_time',
      'invalid',
    ],
    ['an empty filter', input({ type: 'conversations_select', filter: {} }), '/element/filter', 'too_few'],
    [
      'a broken dispatch config',
      input(typed({ dispatch_action_config: { trigger_actions_on: ['blur'] } })),
      '/element/dispatch_action_config/trigger_actions_on/0',
      'invalid',
    ],
    ['a password input', input({ type: 'password_input' }), '/element/type', 'unknown_type'],
    ['dispatch_action as text', input(typed(), { dispatch_action: 'yes' }), '/dispatch_action', 'wrong_type'],
    [
      'an unknown rich text',
      { type: 'rich_text', elements: [{ type: 'rich_text_table' }] },
      '/elements/0/type',
      'unknown_type',
    ],
    [
      'a mention in preformatted text',
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }],
      },
      '/elements/0/elements/0/type',
      'not_allowed',
    ],
  ];

  test.each(wrong)('%s', (_what, block, pointer, code) => {
    expect(brief(validateBlocks([block], 'modal')).map((each) => each.slice(0, 2))).toEqual([
      [`/blocks/0${pointer}`, code],
    ]);
  });

  test('blocks that are no array', () => {
    expect(brief(validateBlocks({ type: 'section' }, 'message'))).toEqual([['/blocks', 'wrong_type']]);
  });

  test('every kind of element, as it ought to be', () => {
    const menus = ['users', 'conversations', 'channels', 'external'].flatMap((each) => [
      { type: `${each}_select` },
      { type: `multi_${each}_select` },
    ]);
    const inputs = [
      ...menus,
      select(),
      { type: 'multi_static_select', options: [option()], max_selected_items: 2 },
      typed({
        multiline: true,
        min_length: 1,
        max_length: 2,
        dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
      }),
      { type: 'email_text_input' },
      { type: 'url_text_input' },
      { type: 'number_input', is_decimal_allowed: false, initial_value: '1', min_value: '-1.5' },
      { type: 'datepicker', initial_date: '2026-11-22' },
      { type: 'timepicker', initial_time: '23:59' },
      { type: 'datetimepicker', initial_date_time: 1_900_000_000 },
      { type: 'rich_text_input' },
      { type: 'checkboxes', options: [option({ text: mrkdwn() })] },
      { type: 'radio_buttons', options: [option()], initial_option: option() },
    ];
    expect(
      validateBlocks(
        inputs.map((each) => input(each)),
        'modal',
      ),
    ).toEqual([]);
  });

  test('surfaces', () => {
    const refused = (block: Thing) =>
      (['message', 'modal', 'home'] as const).filter(
        (surface) => validateBlocks([block], surface).length > 0,
      );
    expect(refused({ type: 'alert', text: plain() })).toEqual(['message', 'home']);
    expect(refused({ type: 'markdown', text: 'x' })).toEqual(['modal', 'home']);
    expect(refused({ type: 'table', rows: [[cell('x')]] })).toEqual(['modal', 'home']);
    expect(refused({ type: 'card', title: mrkdwn() })).toEqual(['modal']);
    expect(refused(input({ type: 'file_input' }))).toEqual(['message', 'home']);
    expect(refused(section())).toEqual([]);
  });

  test('ids are unique: block_id in the view, action_id in the block', () => {
    const twice = [section({ block_id: 'b' }), section({ block_id: 'b' })];
    expect(brief(validateBlocks(twice, 'home'))).toEqual([['/blocks/1/block_id', 'duplicate']]);
    const nested = [
      section({ block_id: 'b' }),
      { type: 'container', child_blocks: [section({ block_id: 'b' })] },
    ];
    expect(brief(validateBlocks(nested, 'home'))).toEqual([
      ['/blocks/1/child_blocks/0/block_id', 'duplicate'],
    ]);
    const row = actions(button({ action_id: 'a' }), button({ action_id: 'a' }));
    expect(brief(validateBlocks([row], 'home'))).toEqual([['/blocks/0/elements/1/action_id', 'duplicate']]);
    const apart = [actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))];
    expect(validateBlocks(apart, 'home')).toEqual([]);
  });
});
