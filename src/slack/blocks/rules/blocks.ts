import {
  ACTIONS,
  ALERT,
  BUTTON,
  CARD,
  CAROUSEL,
  CONTAINER,
  CONTEXT,
  CONTEXT_ACTIONS,
  DATA_TABLE,
  HEADER,
  IDS,
  IMAGE,
  INPUT,
  MESSAGE,
  PLAN,
  SECTION,
  TABLE,
  VIDEO,
  VIEW,
} from '../limits.ts';
import { anyText, image, mrkdwn, plainText } from './composition.ts';
import { elements, places } from './elements.ts';
import { richText } from './rich-text.ts';
import { rows } from './tables.ts';
import { boolean, integer, list, object, oneOf, string, tagged, under } from './shape.ts';
import type { Findings, Members, Rule, Surface } from './shape.ts';

/** The layout blocks of Block Kit, one rule each, and the surfaces they may stand on. */

const block_id = string({ max: IDS.blockId });

function block(
  required: Members['required'],
  optional: Members['optional'] = {},
  also?: Members['also'],
): Rule {
  return object({
    required: required ?? {},
    optional: { block_id, ...optional },
    ...(also === undefined ? {} : { also }),
  });
}

const contextElement = tagged(
  new Map([
    ['image', image({})],
    ['plain_text', anyText()],
    ['mrkdwn', anyText()],
  ]),
  new Set(['image', 'plain_text', 'mrkdwn']),
);

const textOrFields: Members['also'] = (value, pointer, findings) => {
  if (value['text'] === undefined && value['fields'] === undefined) {
    findings.problems.push({ code: 'missing', message: '`text` or `fields` must be specified', pointer });
  }
};

const fileInputOnlyInModals: Members['also'] = (value, pointer, findings) => {
  const element: unknown = value['element'];
  const type =
    typeof element === 'object' && element !== null && 'type' in element ? element.type : undefined;
  if (type === 'file_input' && findings.surface !== 'modal') {
    const at = under(under(pointer, 'element'), 'type');
    findings.problems.push({
      code: 'not_allowed',
      message: 'type not allowed here: file_input',
      pointer: at,
    });
  }
};

const markdownText: Rule = (value, pointer, findings) => {
  string()(value, pointer, findings);
  if (typeof value !== 'string') return;
  findings.markdownLength += value.length;
  findings.textLength += value.length;
};

const actions = block({ elements: list(tagged(elements, places.actions), 1, ACTIONS.elements) });
const button = tagged(elements, new Set(['button']));
const picture = tagged(elements, new Set(['image']));
const card = block(
  {},
  {
    hero_image: picture,
    icon: picture,
    title: mrkdwn(CARD.title),
    subtitle: mrkdwn(CARD.subtitle),
    body: mrkdwn(CARD.body),
    actions: list(button, 1, CARD.actions),
  },
);
const richTextHere = tagged(new Map([['rich_text', richText]]), new Set(['rich_text']));
const source = object({ required: { url: string({ max: BUTTON.url }), text: string() } });
const task = block(
  { task_id: string(), title: string(), status: oneOf('pending', 'in_progress', 'complete', 'error') },
  {
    details: richTextHere,
    output: richTextHere,
    sources: list(tagged(new Map([['url', source]]), new Set(['url'])), 1, 100),
  },
);

const flat = new Map<string, Rule>([
  ['actions', actions],
  [
    'alert',
    block({ text: anyText(ALERT.text) }, { level: oneOf('default', 'info', 'warning', 'error', 'success') }),
  ],
  ['card', card],
  [
    'carousel',
    block({ elements: list(tagged(new Map([['card', card]]), new Set(['card'])), 1, CAROUSEL.elements) }),
  ],
  ['context', block({ elements: list(contextElement, 1, CONTEXT.elements) })],
  [
    'context_actions',
    block({ elements: list(tagged(elements, places.contextActions), 1, CONTEXT_ACTIONS.elements) }),
  ],
  [
    'data_table',
    block(
      { rows: rows(2, DATA_TABLE), caption: string() },
      {
        page_size: integer(1, DATA_TABLE.pageSize),
        row_header_column_index: integer(0, DATA_TABLE.columns - 1),
      },
    ),
  ],
  ['divider', block({})],
  ['file', block({ external_id: string(), source: oneOf('remote') })],
  ['header', block({ text: plainText(HEADER.text) }, { level: integer(1, 4) })],
  ['image', image({ block_id, title: plainText(IMAGE.title) })],
  [
    'input',
    block(
      { label: plainText(INPUT.label), element: tagged(elements, places.input) },
      { hint: plainText(INPUT.hint), optional: boolean, dispatch_action: boolean },
      fileInputOnlyInModals,
    ),
  ],
  ['markdown', block({ text: markdownText })],
  [
    'plan',
    block(
      { title: string() },
      { tasks: list(tagged(new Map([['task_card', task]]), new Set(['task_card'])), 0, PLAN.tasks) },
    ),
  ],
  ['rich_text', richText],
  [
    'section',
    block(
      {},
      {
        text: anyText(SECTION.text),
        fields: list(anyText(SECTION.field), 1, SECTION.fields),
        accessory: tagged(elements, places.accessory),
        expand: boolean,
      },
      textOrFields,
    ),
  ],
  [
    'table',
    block(
      { rows: rows(1, TABLE) },
      {
        column_settings: list(
          object({ optional: { align: oneOf('left', 'center', 'right'), is_wrapped: boolean } }),
          1,
          TABLE.columns,
        ),
      },
    ),
  ],
  ['task_card', task],
  [
    'video',
    block(
      {
        video_url: string({ max: VIDEO.url }),
        thumbnail_url: string({ max: VIDEO.url }),
        alt_text: string({ max: VIDEO.alt }),
        title: plainText(VIDEO.title),
      },
      {
        title_url: string({ max: VIDEO.url }),
        author_name: string({ max: VIDEO.author }),
        provider_name: string({ max: VIDEO.provider }),
        provider_icon_url: string({ max: VIDEO.url }),
        description: plainText(VIDEO.description),
      },
    ),
  ],
]);

const insideContainer = new Set([
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
]);

const blocks: ReadonlyMap<string, Rule> = new Map([
  ...flat,
  [
    'container',
    block(
      { child_blocks: list(tagged(flat, insideContainer), 1, CONTAINER.children) },
      {
        title: plainText(CONTAINER.title),
        rich_text_title: richTextHere,
        subtitle: anyText(CONTAINER.subtitle),
        width: oneOf('narrow', 'standard', 'wide', 'full'),
        icon: picture,
        is_collapsible: boolean,
        default_collapsed: boolean,
        has_header_divider: boolean,
      },
    ),
  ],
]);

const everywhere = [
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'video',
];
const rich = ['card', 'carousel', 'container', 'data_table'];

/** Blocks by surface. `file` is in none: Slack makes those itself. */
const allowed: Readonly<Record<Surface, ReadonlySet<string>>> = {
  message: new Set([...everywhere, ...rich, 'context_actions', 'markdown', 'plan', 'table', 'task_card']),
  modal: new Set([...everywhere, 'alert']),
  home: new Set([...everywhere, ...rich]),
};

/** How many blocks: a message may have none beside its text, a view needs one. */
const count: Readonly<Record<Surface, readonly [least: number, most: number]>> = {
  message: [0, MESSAGE.blocks],
  modal: [1, VIEW.blocks],
  home: [1, VIEW.blocks],
};

/** Checks an array of blocks against the surface of the findings. */
export function checkBlocks(value: unknown, pointer: string, findings: Findings): void {
  const [least, most] = count[findings.surface];
  list(tagged(blocks, allowed[findings.surface]), least, most)(value, pointer, findings);
}
