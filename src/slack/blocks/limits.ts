/**
 * Slack's published limits for messages, views and Block Kit, in characters unless the name says otherwise.
 * Sources: docs.slack.dev reference pages and the JSDoc of @slack/types 3.2; `MESSAGE.blocksText` is
 * undocumented (bolt-js issue 2509). Where sources differ on an option's value (75 or 150) the larger is the limit.
 */

export const MESSAGE = {
  /** Longer texts are refused by chat.update and discouraged by chat.postMessage. */
  text: 4_000,
  /** chat.postMessage cuts here. */
  textCut: 40_000,
  blocks: 50,
  attachments: 100,
  /** Text of all blocks together. */
  blocksText: 13_200,
  markdownText: 12_000,
  tables: 1,
} as const;

export const VIEW = {
  blocks: 100,
  title: 24,
  submit: 24,
  close: 24,
  callbackId: 255,
  privateMetadata: 3_000,
  externalId: 255,
  /** The whole view as JSON, in bytes. */
  bytes: 250_000,
  focusOnLoad: 1,
  /** The root view and two pushed on top of it. */
  stack: 3,
} as const;

export const IDS = { actionId: 255, blockId: 255 } as const;

export const TEXT = { max: 3_000 } as const;

export const SECTION = { text: 3_000, fields: 10, field: 2_000 } as const;
export const HEADER = { text: 150 } as const;
export const CONTEXT = { elements: 10 } as const;
export const ACTIONS = { elements: 25 } as const;
export const CONTEXT_ACTIONS = { elements: 5 } as const;
export const INPUT = { label: 2_000, hint: 2_000 } as const;
export const IMAGE = { url: 3_000, alt: 2_000, title: 2_000 } as const;
export const VIDEO = {
  title: 199,
  alt: 2_000,
  description: 200,
  author: 50,
  provider: 50,
  url: 3_000,
} as const;
export const TABLE = { rows: 100, columns: 20, text: 10_000 } as const;
export const DATA_TABLE = { rows: 201, columns: 20, text: 20_000, pageSize: 100 } as const;
export const ALERT = { text: 200 } as const;
export const CARD = { title: 150, subtitle: 150, body: 200, actions: 3 } as const;
export const CAROUSEL = { elements: 10 } as const;
export const CONTAINER = { title: 150, subtitle: 150, children: 10 } as const;
export const PLAN = { tasks: 50 } as const;

export const BUTTON = { text: 75, value: 2_000, url: 3_000, accessibilityLabel: 75 } as const;
export const CONFIRM = { title: 100, text: 300, confirm: 30, deny: 30 } as const;
export const OPTION = { text: 75, value: 150, description: 75, url: 3_000 } as const;
export const SELECT = { options: 100, groups: 100, groupLabel: 75, placeholder: 150 } as const;
export const OVERFLOW = { options: 5 } as const;
export const CHOICES = { options: 10 } as const;
export const PLAIN_TEXT_INPUT = { minLength: 3_000, maxLength: 3_000 } as const;
export const RICH_TEXT_INPUT = { lines: 100 } as const;
export const FILE_INPUT = { files: 10 } as const;
export const ICON_BUTTON = { visibleTo: 10 } as const;
export const RICH_TEXT = { indent: 8 } as const;
