import { CONFIRM, IMAGE, OPTION, SELECT, TEXT } from '../limits.ts';
import {
  boolean,
  isPlain,
  list,
  object,
  oneOf,
  string,
  tagged,
  under,
  type Plain,
  type Rule,
} from './shape.ts';

/** Composition objects of Block Kit: texts, options, confirmations, images, filters. */

const countText: NonNullable<Parameters<typeof object>[0]['also']> = (value, _pointer, findings) => {
  const text = value['text'];
  if (typeof text === 'string') findings.textLength += text.length;
};

function textOf(kinds: readonly ('plain_text' | 'mrkdwn')[], max: number, min: number): Rule {
  const text = string({ max, min });
  const rules = new Map<string, Rule>([
    ['plain_text', object({ required: { text }, optional: { emoji: boolean }, also: countText })],
    ['mrkdwn', object({ required: { text }, optional: { verbatim: boolean }, also: countText })],
  ]);
  return tagged(rules, new Set(kinds));
}

/** A `plain_text` object of 1 to `max` characters. */
export function plainText(max: number = TEXT.max): Rule {
  return textOf(['plain_text'], max, 1);
}

/** A `plain_text` or `mrkdwn` object of 1 to `max` characters. */
export function anyText(max: number = TEXT.max): Rule {
  return textOf(['plain_text', 'mrkdwn'], max, 1);
}

/** A `mrkdwn` object of 1 to `max` characters. */
export function mrkdwn(max: number = TEXT.max): Rule {
  return textOf(['mrkdwn'], max, 1);
}

export const style = oneOf('primary', 'danger');

export const confirm: Rule = object({
  required: { text: anyText(CONFIRM.text) },
  optional: {
    title: plainText(CONFIRM.title),
    confirm: plainText(CONFIRM.confirm),
    deny: plainText(CONFIRM.deny),
    style,
  },
});

function option(text: Rule, more: Readonly<Record<string, Rule>> = {}): Rule {
  return object({
    required: { text, value: string({ max: OPTION.value }) },
    optional: { description: plainText(OPTION.description), ...more },
  });
}

/** An option of a select menu. */
export const selectOption = option(plainText(OPTION.text));
/** An option of radio buttons or checkboxes. */
export const choiceOption = option(anyText(OPTION.text));
/** An option of an overflow menu, which alone may carry a URL. */
export const overflowOption = option(plainText(OPTION.text), { url: string({ max: OPTION.url }) });

export const optionGroup: Rule = object({
  required: { label: plainText(SELECT.groupLabel), options: list(selectOption, 1, SELECT.options) },
});

function sameOption(a: unknown, b: unknown): boolean {
  if (!isPlain(a) || !isPlain(b) || a['value'] !== b['value']) return false;
  const [left, right] = [a['text'], b['text']];
  return isPlain(left) && isPlain(right) && left['text'] === right['text'];
}

function optionsOf(value: Plain): unknown[] {
  const own = Array.isArray(value['options']) ? value['options'] : [];
  const groups: unknown[] = Array.isArray(value['option_groups']) ? value['option_groups'] : [];
  return groups.reduce<unknown[]>((all, group) => {
    const options: unknown = isPlain(group) ? group['options'] : [];
    return Array.isArray(options) ? all.concat(options) : all;
  }, own);
}

/** `initial_option` and `initial_options` must be among the options, word for word. */
export const initialAmongOptions: NonNullable<Parameters<typeof object>[0]['also']> = (
  value,
  pointer,
  found,
) => {
  const options = optionsOf(value);
  const check = (initial: unknown, at: string): void => {
    if (!options.some((each) => sameOption(each, initial))) {
      found.problems.push({ code: 'invalid', message: 'must be one of the options', pointer: at });
    }
  };
  if (value['initial_option'] !== undefined) check(value['initial_option'], under(pointer, 'initial_option'));
  const several = value['initial_options'];
  if (Array.isArray(several)) {
    for (const [index, each] of several.entries())
      check(each, under(under(pointer, 'initial_options'), index));
  }
};

/** A select has either options or option groups. */
export const optionsOrGroups: NonNullable<Parameters<typeof object>[0]['also']> = (value, pointer, found) => {
  const given = ['options', 'option_groups'].filter((key) => value[key] !== undefined);
  if (given.length === 0) {
    found.problems.push({
      code: 'missing',
      message: '`options` or `option_groups` must be specified',
      pointer,
    });
  } else if (given.length === 2) {
    const message = '`options` and `option_groups` must not both be specified';
    found.problems.push({ code: 'invalid', message, pointer });
  }
  initialAmongOptions(value, pointer, found);
};

export const conversationFilter: Rule = object({
  optional: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), 1, 4),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
  also: (value, pointer, found) => {
    if (Object.keys(value).length === 0) {
      found.problems.push({
        code: 'too_few',
        message: 'must have at least one property',
        pointer,
        constraint: 1,
      });
    }
  },
});

export const dispatchActionConfig: Rule = object({
  optional: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 1, 2) },
});

const slackFile: Rule = object({
  optional: { id: string(), url: string({ max: IMAGE.url }) },
  also: (value, pointer, found) => {
    if ((value['id'] === undefined) === (value['url'] === undefined)) {
      found.problems.push({ code: 'invalid', message: 'must have either `id` or `url`', pointer });
    }
  },
});

/** An image's members: the picture comes either from a URL or from a Slack file. */
export function image(more: Readonly<Record<string, Rule>>): Rule {
  return object({
    required: { alt_text: string({ max: IMAGE.alt }) },
    optional: { image_url: string({ max: IMAGE.url }), slack_file: slackFile, ...more },
    also: (value, pointer, found) => {
      if ((value['image_url'] === undefined) === (value['slack_file'] === undefined)) {
        const message = 'must have either `image_url` or `slack_file`';
        found.problems.push({ code: 'missing', message, pointer });
      }
    },
  });
}
