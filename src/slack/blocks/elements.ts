import type {
  ActionsBlock,
  ActionsBlockElement,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  Overflow,
  PlainTextOption,
  SectionBlock,
} from '@slack/types';
import { mrkdwn, plain } from './mrkdwn.ts';

/** Small builders of Block Kit; each keeps the limit of its text (facts: Block Kit limits). */

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text, 150) };
}

export function section(text: string, accessory?: Button | Overflow): SectionBlock {
  return { type: 'section', text: mrkdwn(text), ...(accessory === undefined ? {} : { accessory }) };
}

/** Pairs of a label and a value, at most ten; values carry their own markup. */
export function fields(pairs: readonly (readonly [label: string, value: string])[]): SectionBlock {
  return {
    type: 'section',
    fields: pairs.slice(0, 10).map(([label, value]) => mrkdwn(`*${label}*\n${value}`, 2000)),
  };
}

export function context(...texts: readonly string[]): ContextBlock {
  return { type: 'context', elements: texts.slice(0, 10).map((text) => mrkdwn(text)) };
}

export function divider(): DividerBlock {
  return { type: 'divider' };
}

export function actions(blockId: string, elements: readonly ActionsBlockElement[]): ActionsBlock {
  return { type: 'actions', block_id: blockId, elements: [...elements] };
}

/** `about` is read by screen readers in the label's place, so that repeated buttons can be told apart. */
export function button(
  label: string,
  actionId: string,
  options: {
    value?: string;
    about?: string;
    style?: 'primary' | 'danger';
    confirm?: ConfirmationDialog;
  } = {},
): Button {
  return {
    type: 'button',
    text: plain(label, 75),
    action_id: actionId,
    ...(options.value === undefined ? {} : { value: options.value }),
    ...(options.about === undefined ? {} : { accessibility_label: plain(options.about, 75).text }),
    ...(options.style === undefined ? {} : { style: options.style }),
    ...(options.confirm === undefined ? {} : { confirm: options.confirm }),
  };
}

export function confirm(title: string, text: string, yes: string, danger: boolean): ConfirmationDialog {
  return {
    title: plain(title, 100),
    text: mrkdwn(text, 300),
    confirm: plain(yes, 30),
    deny: plain('Cancel', 30),
    ...(danger ? { style: 'danger' as const } : {}),
  };
}

export function option(label: string, value: string, description?: string): PlainTextOption {
  return {
    text: plain(label, 75),
    value,
    ...(description === undefined ? {} : { description: plain(description, 75) }),
  };
}

export function overflow(actionId: string, options: readonly PlainTextOption[]): Overflow {
  return { type: 'overflow', action_id: actionId, options: [...options] };
}

export function input(
  blockId: string,
  label: string,
  element: InputBlock['element'],
  options: { hint?: string; optional?: boolean; dispatch?: boolean } = {},
): InputBlock {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label, 2000),
    element,
    optional: options.optional ?? false,
    ...(options.hint === undefined ? {} : { hint: plain(options.hint, 2000) }),
    ...(options.dispatch === true ? { dispatch_action: true } : {}),
  };
}

/** An input for a whole number. */
export function numberField(
  blockId: string,
  label: string,
  initial: number | null,
  options: { hint?: string; optional?: boolean; max?: number } = {},
): InputBlock {
  const { max, ...more } = options;
  return input(
    blockId,
    label,
    {
      type: 'number_input',
      action_id: blockId,
      is_decimal_allowed: false,
      min_value: '1',
      max_value: String(max ?? 3_650),
      ...(initial === null ? {} : { initial_value: String(initial) }),
    },
    more,
  );
}

/** A block of fixed-width text, kept as typed (policies, templates); at most 2,900 characters are shown. */
export function preformatted(text: string): KnownBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  };
}
