import { IDS, RICH_TEXT } from '../limits.ts';
import { boolean, integer, list, object, oneOf, string, tagged, type Members, type Rule } from './shape.ts';

/** Rich text: sections, lists, quotes and preformatted text, and what may stand inside them. */

const MANY = 10_000;

const style: Rule = object({
  optional: {
    bold: boolean,
    italic: boolean,
    strike: boolean,
    underline: boolean,
    code: boolean,
    highlight: boolean,
    client_highlight: boolean,
    unlink: boolean,
  },
});

const counted: NonNullable<Members['also']> = (value, _pointer, findings) => {
  const text = value['text'];
  if (typeof text === 'string') findings.textLength += text.length;
};

function inline(required: Members['required'], optional: Members['optional'] = {}): Rule {
  return object({ required: required ?? {}, optional: { style, ...optional }, also: counted });
}

const inlines: ReadonlyMap<string, Rule> = new Map([
  ['text', inline({ text: string() })],
  ['link', inline({ url: string() }, { text: string({ min: 0 }), unsafe: boolean })],
  ['user', inline({ user_id: string() })],
  ['usergroup', inline({ usergroup_id: string() })],
  ['channel', inline({ channel_id: string() })],
  ['team', inline({ team_id: string() })],
  ['emoji', inline({ name: string() }, { unicode: string(), url: string() })],
  ['color', inline({ value: string() })],
  ['broadcast', inline({ range: oneOf('here', 'channel', 'everyone') })],
  [
    'date',
    inline({ timestamp: integer(0), format: string() }, { url: string(), fallback: string({ min: 0 }) }),
  ],
]);

const anyInline = tagged(inlines, new Set(inlines.keys()));
const border = integer(0, 1);
const section: Rule = object({ required: { elements: list(anyInline, 0, MANY) } });
const listItem = tagged(new Map([['rich_text_section', section]]), new Set(['rich_text_section']));

const parts: ReadonlyMap<string, Rule> = new Map([
  ['rich_text_section', section],
  [
    'rich_text_list',
    object({
      required: { elements: list(listItem, 1, MANY), style: oneOf('bullet', 'ordered') },
      optional: { indent: integer(0, RICH_TEXT.indent), offset: integer(0), border },
    }),
  ],
  ['rich_text_quote', object({ required: { elements: list(anyInline, 0, MANY) }, optional: { border } })],
  [
    'rich_text_preformatted',
    object({
      required: { elements: list(tagged(inlines, new Set(['text', 'link'])), 0, MANY) },
      optional: { border, language: string() },
    }),
  ],
]);

/** A `rich_text` block, wherever one may stand. */
export const richText: Rule = object({
  required: { elements: list(tagged(parts, new Set(parts.keys())), 1, MANY) },
  optional: { block_id: string({ max: IDS.blockId }) },
});
