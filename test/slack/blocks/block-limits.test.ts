import { describe, expect, test } from 'vitest';
import * as limits from '../../../src/slack/blocks/limits.ts';
import { validateBlocks } from '../../../src/slack/blocks/validate.ts';
import type { Surface } from '../../../src/slack/blocks/validate.ts';
import {
  actions,
  brief,
  button,
  cell,
  confirm,
  input,
  letters,
  mrkdwn,
  option,
  plain,
  section,
  select,
  several,
  typed,
  type Thing,
} from './pieces.ts';

/** One thing that grows: right at the limit, wrong one above. */
interface Limit {
  readonly what: string;
  readonly surface: Surface;
  readonly limit: number;
  readonly pointer: string;
  readonly code: string;
  readonly block: (size: number) => Thing;
}

function limit(what: string, most: number, pointer: string, block: Limit['block'], code = 'too_long'): Limit {
  return { what, surface: 'message', limit: most, pointer, code, block };
}

const inModal = (each: Limit): Limit => ({ ...each, surface: 'modal' });

const blockLimits: readonly Limit[] = [
  limit('block_id', limits.IDS.blockId, '/block_id', (n) => section({ block_id: letters(n) })),
  limit('action_id', limits.IDS.actionId, '/elements/0/action_id', (n) =>
    actions(button({ action_id: letters(n) })),
  ),
  limit('section text', limits.SECTION.text, '/text/text', (n) => section({ text: mrkdwn(letters(n)) })),
  limit(
    'section fields',
    limits.SECTION.fields,
    '/fields',
    (n) => section({ fields: several(n, () => plain()) }),
    'too_many',
  ),
  limit('section field', limits.SECTION.field, '/fields/0/text', (n) =>
    section({ fields: [plain(letters(n))] }),
  ),
  limit('header', limits.HEADER.text, '/text/text', (n) => ({ type: 'header', text: plain(letters(n)) })),
  limit(
    'context elements',
    limits.CONTEXT.elements,
    '/elements',
    (n) => ({ type: 'context', elements: several(n, () => plain()) }),
    'too_many',
  ),
  limit(
    'actions elements',
    limits.ACTIONS.elements,
    '/elements',
    (n) => actions(...several(n, () => button())),
    'too_many',
  ),
  limit('button text', limits.BUTTON.text, '/elements/0/text/text', (n) =>
    actions(button({ text: plain(letters(n)) })),
  ),
  limit('button value', limits.BUTTON.value, '/elements/0/value', (n) =>
    actions(button({ value: letters(n) })),
  ),
  limit('button url', limits.BUTTON.url, '/elements/0/url', (n) => actions(button({ url: letters(n) }))),
  limit('accessibility label', limits.BUTTON.accessibilityLabel, '/elements/0/accessibility_label', (n) =>
    actions(button({ accessibility_label: letters(n) })),
  ),
  limit('confirm title', limits.CONFIRM.title, '/elements/0/confirm/title/text', (n) =>
    actions(confirm({ title: plain(letters(n)) })),
  ),
  limit('confirm text', limits.CONFIRM.text, '/elements/0/confirm/text/text', (n) =>
    actions(confirm({ text: mrkdwn(letters(n)) })),
  ),
  limit('confirm yes', limits.CONFIRM.confirm, '/elements/0/confirm/confirm/text', (n) =>
    actions(confirm({ confirm: plain(letters(n)) })),
  ),
  limit('confirm no', limits.CONFIRM.deny, '/elements/0/confirm/deny/text', (n) =>
    actions(confirm({ deny: plain(letters(n)) })),
  ),
  limit('option text', limits.OPTION.text, '/elements/0/options/0/text/text', (n) =>
    actions(select({ options: [option({ text: plain(letters(n)) })] })),
  ),
  limit('option value', limits.OPTION.value, '/elements/0/options/0/value', (n) =>
    actions(select({ options: [option({ value: letters(n) })] })),
  ),
  limit('option description', limits.OPTION.description, '/elements/0/options/0/description/text', (n) =>
    actions(select({ options: [option({ description: plain(letters(n)) })] })),
  ),
  limit('option url', limits.OPTION.url, '/accessory/options/0/url', (n) =>
    section({ accessory: { type: 'overflow', options: [option({ url: letters(n) })] } }),
  ),
  limit(
    'select options',
    limits.SELECT.options,
    '/elements/0/options',
    (n) => actions(select({ options: several(n, () => option()) })),
    'too_many',
  ),
  limit(
    'option groups',
    limits.SELECT.groups,
    '/elements/0/option_groups',
    (n) =>
      actions({
        type: 'static_select',
        option_groups: several(n, () => ({ label: plain(), options: [option()] })),
      }),
    'too_many',
  ),
  limit('group label', limits.SELECT.groupLabel, '/elements/0/option_groups/0/label/text', (n) =>
    actions({ type: 'static_select', option_groups: [{ label: plain(letters(n)), options: [option()] }] }),
  ),
  limit('placeholder', limits.SELECT.placeholder, '/elements/0/placeholder/text', (n) =>
    actions(select({ placeholder: plain(letters(n)) })),
  ),
  limit(
    'overflow options',
    limits.OVERFLOW.options,
    '/accessory/options',
    (n) => section({ accessory: { type: 'overflow', options: several(n, () => option()) } }),
    'too_many',
  ),
  limit(
    'radio options',
    limits.CHOICES.options,
    '/elements/0/options',
    (n) => actions({ type: 'radio_buttons', options: several(n, () => option()) }),
    'too_many',
  ),
  limit(
    'checkbox options',
    limits.CHOICES.options,
    '/elements/0/options',
    (n) => actions({ type: 'checkboxes', options: several(n, () => option()) }),
    'too_many',
  ),
  limit('image url', limits.IMAGE.url, '/image_url', (n) => ({
    type: 'image',
    alt_text: 'x',
    image_url: letters(n),
  })),
  limit('image alt', limits.IMAGE.alt, '/alt_text', (n) => ({
    type: 'image',
    alt_text: letters(n),
    image_url: 'x',
  })),
  limit('image title', limits.IMAGE.title, '/title/text', (n) => ({
    type: 'image',
    alt_text: 'x',
    image_url: 'x',
    title: plain(letters(n)),
  })),
  limit(
    'table rows',
    limits.TABLE.rows,
    '/rows',
    (n) => ({ type: 'table', rows: several(n, () => [cell('x')]) }),
    'too_many',
  ),
  limit(
    'table columns',
    limits.TABLE.columns,
    '/rows/0',
    (n) => ({ type: 'table', rows: [several(n, () => cell('x'))] }),
    'too_many',
  ),
  limit('table text', limits.TABLE.text, '/rows', (n) => ({ type: 'table', rows: [[cell(letters(n))]] })),
  limit(
    'data table rows',
    limits.DATA_TABLE.rows,
    '/rows',
    (n) => ({ type: 'data_table', caption: 'x', rows: several(n, () => [cell('x')]) }),
    'too_many',
  ),
  limit(
    'data table page',
    limits.DATA_TABLE.pageSize,
    '/page_size',
    (n) => ({ type: 'data_table', caption: 'x', rows: [[cell('x')], [cell('x')]], page_size: n }),
    'invalid',
  ),
  limit(
    'container children',
    limits.CONTAINER.children,
    '/child_blocks',
    (n) => ({ type: 'container', child_blocks: several(n, () => section()) }),
    'too_many',
  ),
  limit(
    'card actions',
    limits.CARD.actions,
    '/actions',
    (n) => ({ type: 'card', actions: several(n, () => button()) }),
    'too_many',
  ),
  limit(
    'plan tasks',
    limits.PLAN.tasks,
    '/tasks',
    (n) => ({
      type: 'plan',
      title: 'x',
      tasks: several(n, () => ({ type: 'task_card', task_id: 't', title: 'x', status: 'pending' })),
    }),
    'too_many',
  ),
  limit('video title', limits.VIDEO.title, '/title/text', (n) => ({
    type: 'video',
    video_url: 'x',
    thumbnail_url: 'x',
    alt_text: 'x',
    title: plain(letters(n)),
  })),
  inModal(
    limit('input label', limits.INPUT.label, '/label/text', (n) =>
      input(typed(), { label: plain(letters(n)) }),
    ),
  ),
  inModal(
    limit('input hint', limits.INPUT.hint, '/hint/text', (n) => input(typed(), { hint: plain(letters(n)) })),
  ),
  inModal(
    limit(
      'max_length',
      limits.PLAIN_TEXT_INPUT.maxLength,
      '/element/max_length',
      (n) => input(typed({ max_length: n })),
      'invalid',
    ),
  ),
  inModal(
    limit(
      'min_length',
      limits.PLAIN_TEXT_INPUT.minLength,
      '/element/min_length',
      (n) => input(typed({ min_length: n })),
      'invalid',
    ),
  ),
  inModal(
    limit(
      'files',
      limits.FILE_INPUT.files,
      '/element/max_files',
      (n) => input({ type: 'file_input', max_files: n }),
      'invalid',
    ),
  ),
  inModal(
    limit('alert', limits.ALERT.text, '/text/text', (n) => ({ type: 'alert', text: plain(letters(n)) })),
  ),
];

describe('the limits of blocks', () => {
  test.each(blockLimits)('$what: $limit and no more', ({ surface, limit: most, pointer, code, block }) => {
    expect(validateBlocks([block(most)], surface)).toEqual([]);
    expect(brief(validateBlocks([block(most + 1)], surface))).toEqual([[`/blocks/0${pointer}`, code, most]]);
  });
});
