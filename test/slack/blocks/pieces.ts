import type { Problem } from '../../../src/slack/blocks/validate.ts';

/** Block Kit in the fewest words, for the tests of the validator. */

export type Thing = Record<string, unknown>;

export const letters = (count: number): string => 'x'.repeat(count);
export const several = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
export const plain = (text = 'x'): Thing => ({ type: 'plain_text', text });
export const mrkdwn = (text = 'x'): Thing => ({ type: 'mrkdwn', text });
export const option = (more: Thing = {}): Thing => ({ text: plain(), value: 'v', ...more });
export const section = (more: Thing = {}): Thing => ({ type: 'section', text: mrkdwn(), ...more });
export const button = (more: Thing = {}): Thing => ({ type: 'button', text: plain(), ...more });
export const actions = (...elements: Thing[]): Thing => ({ type: 'actions', elements });
export const input = (element: Thing, more: Thing = {}): Thing => ({
  type: 'input',
  label: plain(),
  element,
  ...more,
});
export const typed = (more: Thing = {}): Thing => ({ type: 'plain_text_input', action_id: 'a', ...more });
export const select = (more: Thing = {}): Thing => ({ type: 'static_select', options: [option()], ...more });
export const richText = (text: string): Thing => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
export const cell = (text: string): Thing => ({ type: 'raw_text', text });
export const modal = (more: Thing = {}): Thing => ({
  type: 'modal',
  title: plain(),
  blocks: [section()],
  ...more,
});

export function confirm(more: Thing = {}): Thing {
  return button({ confirm: { text: plain(), ...more } });
}

/** The pointers and constraints of the problems, for short comparisons. */
export function brief(problems: readonly Problem[]): [pointer: string, code: string, constraint?: number][] {
  return problems.map(({ pointer, code, constraint }) =>
    constraint === undefined ? [pointer, code] : [pointer, code, constraint],
  );
}
