import { IDS, MESSAGE, VIEW } from './limits.ts';
import { checkBlocks } from './rules/blocks.ts';
import { plainText } from './rules/composition.ts';
import { boolean, findingsFor, isPlain, object, string, under } from './rules/shape.ts';
import type { Findings, Plain, Problem, Rule, Surface } from './rules/shape.ts';

export type { Problem, ProblemCode, Surface } from './rules/shape.ts';

/** A message as it is about to be sent. */
export interface MessageToCheck {
  readonly text?: unknown;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
}

/**
 * Checks blocks for one surface: types, members, limits, unique `block_id`s, unique `action_id`s within a block.
 * Pointers begin with `/blocks`. An empty answer means Slack has no reason we know of to refuse.
 */
export function validateBlocks(blocks: unknown, surface: Surface): Problem[] {
  const findings = findingsFor(surface);
  check(blocks, findings);
  return findings.problems;
}

/** Checks a modal or Home view; pointers begin at the view itself, for example `/title/text`. */
export function validateView(view: unknown): Problem[] {
  if (!isPlain(view)) return [{ code: 'wrong_type', message: 'must provide an object', pointer: '' }];
  const type = view['type'];
  if (type !== 'modal' && type !== 'home') {
    const message =
      type === undefined ? 'missing required field: type' : `unsupported type: ${JSON.stringify(type)}`;
    return [{ code: type === undefined ? 'missing' : 'unknown_type', message, pointer: '/type' }];
  }
  const findings = findingsFor(type);
  (type === 'modal' ? modal : home)(view, '', findings);
  if (Array.isArray(view['blocks'])) check(view['blocks'], findings);
  submitWithInputs(view, findings);
  const bytes = Buffer.byteLength(JSON.stringify(view));
  if (bytes > VIEW.bytes) {
    const message = `must be at most ${VIEW.bytes} bytes`;
    findings.problems.push({ code: 'too_large', message, pointer: '', constraint: VIEW.bytes });
  }
  return findings.problems;
}

/**
 * Checks a message: its blocks, and the `text` that notifications and screen readers use. A message without text is
 * a mistake here although Slack only warns of it.
 */
export function validateMessage(message: MessageToCheck): Problem[] {
  const findings = findingsFor('message');
  if (message.text === undefined) {
    findings.problems.push({ code: 'missing', message: 'missing required field: text', pointer: '/text' });
  } else {
    string({ max: MESSAGE.text })(message.text, '/text', findings);
  }
  if (message.blocks !== undefined) check(message.blocks, findings);
  if (Array.isArray(message.attachments) && message.attachments.length > MESSAGE.attachments) {
    const text = `no more than ${MESSAGE.attachments} items allowed`;
    const pointer = '/attachments';
    findings.problems.push({ code: 'too_many', message: text, pointer, constraint: MESSAGE.attachments });
  }
  return findings.problems;
}

const anything: Rule = () => undefined;
const common = {
  private_metadata: string({ max: VIEW.privateMetadata, min: 0 }),
  callback_id: string({ max: VIEW.callbackId, min: 0 }),
  external_id: string({ max: VIEW.externalId, min: 0 }),
};

const isArray: Rule = (value, pointer, findings) => {
  if (Array.isArray(value)) return;
  findings.problems.push({ code: 'wrong_type', message: 'must be an array', pointer });
};

const modal = object({
  required: { type: anything, title: plainText(VIEW.title), blocks: isArray },
  optional: {
    ...common,
    submit: plainText(VIEW.submit),
    close: plainText(VIEW.close),
    clear_on_close: boolean,
    notify_on_close: boolean,
  },
});

const home = object({ required: { type: anything, blocks: isArray }, optional: common });

function check(blocks: unknown, findings: Findings): void {
  checkBlocks(blocks, '/blocks', findings);
  const list: unknown[] = Array.isArray(blocks) ? blocks : [];
  uniqueBlockIds(list, findings);
  for (const [index, block] of list.entries()) uniqueActionIds(block, `/blocks/${index}`, findings);
  for (const pointer of findings.focusPointers.slice(VIEW.focusOnLoad)) {
    const message = 'only one element may have `focus_on_load`';
    findings.problems.push({ code: 'too_many', message, pointer, constraint: VIEW.focusOnLoad });
  }
  if (findings.surface === 'message') totals(list, findings);
}

function totals(blocks: readonly unknown[], findings: Findings): void {
  if (findings.textLength > MESSAGE.blocksText) {
    const message = `must be less than ${MESSAGE.blocksText + 1} characters in all blocks`;
    findings.problems.push({ code: 'too_long', message, pointer: '/blocks', constraint: MESSAGE.blocksText });
  }
  if (findings.markdownLength > MESSAGE.markdownText) {
    const message = `must be less than ${MESSAGE.markdownText + 1} characters in all markdown blocks`;
    findings.problems.push({
      code: 'too_long',
      message,
      pointer: '/blocks',
      constraint: MESSAGE.markdownText,
    });
  }
  const tables = [...blocks.entries()].filter(([, block]) => isPlain(block) && block['type'] === 'table');
  for (const [index] of tables.slice(MESSAGE.tables)) {
    const message = 'only one table allowed in a message';
    findings.problems.push({
      code: 'too_many',
      message,
      pointer: `/blocks/${index}`,
      constraint: MESSAGE.tables,
    });
  }
}

function uniqueBlockIds(blocks: readonly unknown[], findings: Findings): void {
  const seen = new Set<string>();
  const visit = (block: unknown, pointer: string): void => {
    if (!isPlain(block)) return;
    duplicate(block['block_id'], seen, under(pointer, 'block_id'), findings);
    const children: unknown[] = Array.isArray(block['child_blocks']) ? block['child_blocks'] : [];
    for (const [index, child] of children.entries()) visit(child, `${pointer}/child_blocks/${index}`);
  };
  for (const [index, block] of blocks.entries()) visit(block, `/blocks/${index}`);
}

function uniqueActionIds(block: unknown, pointer: string, findings: Findings): void {
  if (!isPlain(block)) return;
  const seen = new Set<string>();
  const list: unknown[] = Array.isArray(block['elements']) ? block['elements'] : [];
  for (const [index, element] of list.entries()) {
    if (!isPlain(element)) continue;
    duplicate(element['action_id'], seen, `${pointer}/elements/${index}/action_id`, findings);
  }
}

function duplicate(id: unknown, seen: Set<string>, pointer: string, findings: Findings): void {
  if (typeof id !== 'string' || id.length > IDS.blockId) return;
  if (seen.has(id)) {
    findings.problems.push({ code: 'duplicate', message: `already used: ${id}`, pointer });
  }
  seen.add(id);
}

function submitWithInputs(view: Plain, findings: Findings): void {
  if (view['type'] !== 'modal' || view['submit'] !== undefined || !Array.isArray(view['blocks'])) return;
  if (view['blocks'].some((block: unknown) => isPlain(block) && block['type'] === 'input')) {
    const message = '`submit` is required when the view has an input block';
    findings.problems.push({ code: 'missing', message, pointer: '/submit' });
  }
}
