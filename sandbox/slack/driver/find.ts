import { placed, type Placed } from '../form-state.ts';
import { isPlain, part, parts, text, type Json } from '../json.ts';

/** Finds elements the way a person does: by what is written on them. */

/** What a person sees only after a click: the options of menus, and confirmation dialogs. */
function hidden(element: Json): readonly string[] {
  const menu = /(_select|^overflow)$/.test(text(element, 'type') ?? '');
  return menu ? ['confirm', 'options', 'option_groups'] : ['confirm'];
}

/** All words that are shown, one piece a line. */
export function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return joined(value.map(wordsOf));
  if (!isPlain(value)) return '';
  const closed = hidden(value);
  const nested = Object.entries(value).filter(([key]) => !closed.includes(key));
  return joined([text(value, 'text') ?? '', ...nested.map(([, member]) => wordsOf(member))]);
}

function joined(pieces: readonly string[]): string {
  return pieces.filter((each) => each !== '').join('\n');
}

/** The texts of all buttons. */
export function buttonsIn(blocks: readonly Json[]): string[] {
  return placed(blocks).flatMap(({ element }) => {
    const label = text(part(element, 'text'), 'text');
    return text(element, 'type') === 'button' && label !== undefined ? [label] : [];
  });
}

/** The texts of all options. */
export function offersIn(blocks: readonly Json[]): string[] {
  return placed(blocks).flatMap(({ element }) =>
    optionsOf(element).map((each) => text(part(each, 'text'), 'text') ?? ''),
  );
}

function optionsOf(element: Json): Json[] {
  return [
    ...parts(element, 'options'),
    ...parts(element, 'option_groups').flatMap((each) => parts(each, 'options')),
  ];
}

/** The option with this text; a person cannot choose what is not offered. */
export function optionOf(element: Json, label: string): Json {
  const options = optionsOf(element);
  const found = options.find((each) => text(part(each, 'text'), 'text') === label);
  if (found !== undefined) return found;
  const offered = options.map((each) => text(part(each, 'text'), 'text')).join(', ');
  throw new Error(`No option "${label}"; offered: ${offered}`);
}

function only(found: readonly Placed[], what: string, blocks: readonly Json[]): Placed {
  const [first, ...more] = found;
  if (first === undefined) throw new Error(`Nothing shows ${what}. Shown:\n${wordsOf(blocks)}`);
  if (more.length > 0)
    throw new Error(`${found.length} places show ${what}; say which with { in: nearby text }`);
  return first;
}

/**
 * Keeps the candidates that stand in the first block of theirs with the nearby words, else in the first block after the
 * first that has them: the same words may stand higher up, too.
 */
function near(
  found: readonly Placed[],
  blocks: readonly Json[],
  nearby: string | undefined,
): readonly Placed[] {
  if (nearby === undefined) return found;
  const from = blocks.findIndex((each) => wordsOf(each).includes(nearby));
  if (from < 0) throw new Error(`Nothing shows "${nearby}". Shown:\n${wordsOf(blocks)}`);
  const beside = found.find(({ block }) => wordsOf(block).includes(nearby));
  const first = beside ?? found.find((each) => each.blockIndex >= from);
  return found.filter((each) => each.blockIndex === first?.blockIndex);
}

/** A button by its text or action_id. */
export function findButton(blocks: readonly Json[], label: string, nearby?: string): Placed {
  const buttons = placed(blocks).filter(({ element }) =>
    ['button', 'workflow_button', 'icon_button'].includes(text(element, 'type') ?? ''),
  );
  const matches = (by: (element: Json) => string | undefined): Placed[] =>
    buttons.filter(({ element }) => by(element) === label);
  const labelled = matches((element) => text(part(element, 'text'), 'text'));
  const found = labelled.length > 0 ? labelled : matches((element) => text(element, 'action_id'));
  return only(near(found, blocks, nearby), `a button "${label}"`, blocks);
}

/** A menu, radio group or checkbox group that offers an option with this text. */
export function findOffer(blocks: readonly Json[], label: string, nearby?: string): Placed {
  const found = placed(blocks).filter(({ element }) =>
    optionsOf(element).some((each) => text(part(each, 'text'), 'text') === label),
  );
  return only(near(found, blocks, nearby), `an option "${label}"`, blocks);
}

/** A field by the label of its input block, else by its section's words, its placeholder or its action_id. */
export function findField(blocks: readonly Json[], label: string): Placed | undefined {
  const all = placed(blocks).filter(({ element }) => text(element, 'type') !== 'button');
  const [labelled, nearby, hinted, named] = [
    ({ block }: Placed): boolean => text(part(block, 'label'), 'text') === label,
    ({ block }: Placed): boolean => (text(part(block, 'text'), 'text') ?? '').includes(label),
    ({ element }: Placed): boolean => text(part(element, 'placeholder'), 'text') === label,
    ({ element }: Placed): boolean => text(element, 'action_id') === label,
  ];
  const found = [labelled, nearby, hinted, named].map((by) => all.filter(by)).find((each) => each.length > 0);
  return found === undefined ? undefined : only(found, `a field "${label}"`, blocks);
}

/** A confirmation dialog that must be answered first. */
export function confirmed(element: Json, answer: boolean | undefined): boolean {
  const dialog = element['confirm'];
  if (!isPlain(dialog)) return true;
  if (answer === undefined) {
    throw new Error(
      `A confirmation is shown: pass { confirm: true } or { confirm: false }.\n${wordsOf(dialog)}`,
    );
  }
  return answer;
}
