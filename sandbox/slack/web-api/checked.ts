import { MESSAGE } from '../../../src/slack/blocks/limits.ts';
import { validateBlocks, validateView, type Problem } from '../../../src/slack/blocks/validate.ts';
import { isPlain, parts, type Json } from '../json.ts';
import { withIds } from '../views.ts';
import { Refusal, refusalWith } from './method.ts';

/** Reads the blocks and views of a call, refusing them as Slack does. */

function messages(problems: readonly Problem[], prefix: string): string[] {
  return problems.map((each) => `[ERROR] ${each.message} [json-pointer:${prefix}${each.pointer}]`);
}

/** The blocks of a message with their ids; `invalid_blocks` and its relatives. */
export function blocksOf(args: Json): readonly Json[] {
  const blocks = args['blocks'];
  if (blocks === undefined) return [];
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  const problems = validateBlocks(blocks, 'message');
  const tooMuch = problems.some(
    (each) => each.pointer === '/blocks' && each.constraint === MESSAGE.blocksText,
  );
  if (tooMuch) throw refusalWith('msg_blocks_too_long', messages(problems, ''));
  if (problems.length > 0) throw refusalWith('invalid_blocks', messages(problems, ''));
  return withIds(parts(args, 'blocks'));
}

/** The view of a call, of the given type; `view_too_large`, `invalid_arguments`. */
export function viewOf(args: Json, type: 'modal' | 'home'): Json {
  const view = args['view'];
  if (!isPlain(view)) {
    throw refusalWith('invalid_arguments', ['[ERROR] must provide an object [json-pointer:/view]']);
  }
  const problems = [...validateView(view)];
  if (view['type'] !== type) problems.push({ code: 'invalid', message: `must be ${type}`, pointer: '/type' });
  if (problems.some((each) => each.code === 'too_large')) throw new Refusal('view_too_large');
  if (problems.length > 0) throw refusalWith('invalid_arguments', messages(problems, '/view'));
  return view;
}

/** The reasons Slack has against a view, in its words; none when it is sound. */
export function viewComplaints(view: unknown): string[] {
  return messages(validateView(view), '/view');
}

/** The reasons Slack has against the blocks of a message, in its words; none when they are sound. */
export function blockComplaints(blocks: unknown): string[] {
  return blocks === undefined ? [] : messages(validateBlocks(blocks, 'message'), '');
}
