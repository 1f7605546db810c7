import {
  BUTTON,
  CHOICES,
  FILE_INPUT,
  ICON_BUTTON,
  IDS,
  OVERFLOW,
  PLAIN_TEXT_INPUT,
  RICH_TEXT_INPUT,
  SELECT,
} from '../limits.ts';
import {
  choiceOption,
  confirm,
  conversationFilter,
  dispatchActionConfig,
  image,
  initialAmongOptions,
  optionGroup,
  optionsOrGroups,
  overflowOption,
  plainText,
  selectOption,
  style,
} from './composition.ts';
import { richText } from './rich-text.ts';
import { boolean, integer, list, object, oneOf, string, under, type Members, type Rule } from './shape.ts';

/** The interactive elements of Block Kit, one rule each. */

const action_id = string({ max: IDS.actionId });
const placeholder = plainText(SELECT.placeholder);

const focus_on_load: Rule = (value, pointer, findings) => {
  boolean(value, pointer, findings);
  if (value === true) findings.focusPointers.push(pointer);
};

const date = string({ pattern: /^\d{4}-\d{2}-\d{2}$/ });
const time = string({ pattern: /^([01]\d|2[0-3]):[0-5]\d$/ });
const decimal = string({ pattern: /^-?\d+(\.\d+)?$/ });

function element(required: Members['required'], optional: Members['optional'], also?: Members['also']): Rule {
  return object({
    required: required ?? {},
    optional: { action_id, ...optional },
    ...(also === undefined ? {} : { also }),
  });
}

function menu(more: Members['optional'], also?: Members['also']): Rule {
  return element({}, { placeholder, confirm, focus_on_load, ...more }, also);
}

function multi(more: Members['optional'], also?: Members['also']): Rule {
  return menu({ max_selected_items: integer(1, SELECT.options), ...more }, also);
}

function typed(more: Members['optional'], required: Members['required'] = {}, also?: Members['also']): Rule {
  const optional = { placeholder, focus_on_load, dispatch_action_config: dispatchActionConfig, ...more };
  return element(required, optional, also);
}

const options = list(selectOption, 1, SELECT.options);
const option_groups = list(optionGroup, 1, SELECT.groups);
const min_query_length = integer(0);
const conversations = { default_to_current_conversation: boolean, filter: conversationFilter };

const lengthsInOrder: Members['also'] = (value, pointer, findings) => {
  const { min_length: min, max_length: max } = value;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    const message = 'must not be more than max_length';
    findings.problems.push({
      code: 'invalid',
      message,
      pointer: under(pointer, 'min_length'),
      constraint: max,
    });
  }
};

const rangeInOrder: Members['also'] = (value, pointer, findings) => {
  const { min_value: min, max_value: max } = value;
  if (typeof min === 'string' && typeof max === 'string' && Number(min) > Number(max)) {
    const message = 'must not be more than max_value';
    findings.problems.push({ code: 'invalid', message, pointer: under(pointer, 'min_value') });
  }
};

const feedback: Rule = object({
  required: { text: plainText(BUTTON.text), value: string({ max: BUTTON.value }) },
  optional: { accessibility_label: string({ max: BUTTON.accessibilityLabel }) },
});

const trigger = object({
  required: { url: string({ max: BUTTON.url }) },
  optional: {
    customizable_input_parameters: list(object({ required: { name: string(), value: string() } }), 1, 100),
  },
});

export const elements: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'button',
    element(
      { text: plainText(BUTTON.text) },
      {
        value: string({ max: BUTTON.value, min: 0 }),
        url: string({ max: BUTTON.url }),
        accessibility_label: string({ max: BUTTON.accessibilityLabel }),
        style,
        confirm,
      },
    ),
  ],
  [
    'checkboxes',
    element(
      { options: list(choiceOption, 1, CHOICES.options) },
      { initial_options: list(choiceOption, 1, CHOICES.options), confirm, focus_on_load },
      initialAmongOptions,
    ),
  ],
  [
    'radio_buttons',
    element(
      { options: list(choiceOption, 1, CHOICES.options) },
      { initial_option: choiceOption, confirm, focus_on_load },
      initialAmongOptions,
    ),
  ],
  ['overflow', element({ options: list(overflowOption, 1, OVERFLOW.options) }, { confirm })],
  ['static_select', menu({ options, option_groups, initial_option: selectOption }, optionsOrGroups)],
  ['multi_static_select', multi({ options, option_groups, initial_options: options }, optionsOrGroups)],
  ['external_select', menu({ initial_option: selectOption, min_query_length })],
  ['multi_external_select', multi({ initial_options: options, min_query_length })],
  ['users_select', menu({ initial_user: string() })],
  ['multi_users_select', multi({ initial_users: list(string(), 0, SELECT.options) })],
  [
    'conversations_select',
    menu({ initial_conversation: string(), response_url_enabled: boolean, ...conversations }),
  ],
  [
    'multi_conversations_select',
    multi({ initial_conversations: list(string(), 0, SELECT.options), ...conversations }),
  ],
  ['channels_select', menu({ initial_channel: string(), response_url_enabled: boolean })],
  ['multi_channels_select', multi({ initial_channels: list(string(), 0, SELECT.options) })],
  ['datepicker', menu({ initial_date: date })],
  ['timepicker', menu({ initial_time: time, timezone: string() })],
  [
    'datetimepicker',
    element({}, { initial_date_time: integer(1_000_000_000, 9_999_999_999), confirm, focus_on_load }),
  ],
  [
    'plain_text_input',
    typed(
      {
        initial_value: string({ max: PLAIN_TEXT_INPUT.maxLength, min: 0 }),
        multiline: boolean,
        min_length: integer(0, PLAIN_TEXT_INPUT.minLength),
        max_length: integer(1, PLAIN_TEXT_INPUT.maxLength),
      },
      {},
      lengthsInOrder,
    ),
  ],
  ['email_text_input', typed({ initial_value: string() })],
  ['url_text_input', typed({ initial_value: string() })],
  [
    'number_input',
    typed(
      { initial_value: decimal, min_value: decimal, max_value: decimal },
      { is_decimal_allowed: boolean },
      rangeInOrder,
    ),
  ],
  [
    'rich_text_input',
    typed({
      initial_value: richText,
      min_lines: integer(1, RICH_TEXT_INPUT.lines),
      max_lines: integer(1, RICH_TEXT_INPUT.lines),
    }),
  ],
  ['file_input', element({}, { filetypes: list(string(), 1, 100), max_files: integer(1, FILE_INPUT.files) })],
  ['image', image({})],
  ['feedback_buttons', element({ positive_button: feedback, negative_button: feedback }, {})],
  [
    'icon_button',
    element(
      { icon: oneOf('trash'), text: plainText(BUTTON.text) },
      {
        value: string({ max: BUTTON.value, min: 0 }),
        accessibility_label: string({ max: BUTTON.accessibilityLabel }),
        visible_to_user_ids: list(string(), 1, ICON_BUTTON.visibleTo),
        confirm,
      },
    ),
  ],
  [
    'workflow_button',
    element(
      { text: plainText(BUTTON.text), workflow: object({ required: { trigger } }) },
      { style, accessibility_label: string({ max: BUTTON.accessibilityLabel }) },
    ),
  ],
]);

const menus = [
  'static_select',
  'external_select',
  'users_select',
  'conversations_select',
  'channels_select',
  'multi_static_select',
  'multi_external_select',
  'multi_users_select',
  'multi_conversations_select',
  'multi_channels_select',
];
const pickers = ['checkboxes', 'radio_buttons', 'datepicker', 'timepicker'];

/** Which elements may stand where. */
export const places = {
  actions: new Set([
    ...menus,
    ...pickers,
    'datetimepicker',
    'button',
    'overflow',
    'workflow_button',
    'rich_text_input',
  ]),
  accessory: new Set([...menus, ...pickers, 'button', 'overflow', 'workflow_button', 'image']),
  input: new Set([
    ...menus,
    ...pickers,
    'datetimepicker',
    'plain_text_input',
    'email_text_input',
    'url_text_input',
    'number_input',
    'rich_text_input',
    'file_input',
  ]),
  contextActions: new Set(['feedback_buttons', 'icon_button']),
} as const;
