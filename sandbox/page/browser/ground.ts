import type { Placed } from '../../slack/form-state.ts';
import { part, text, type Json } from '../../slack/json.ts';
import type { Typed } from '../../slack/driver/form.ts';
import type { Names } from './names.ts';

/** What blocks are drawn on: who is meant by their ids, what was typed so far, and what a click does. */
export interface Ground {
  readonly names: Names;
  /** Goes before the ids of controls, so that they are unique and stay the same when drawn again. */
  readonly prefix: string;
  readonly typed: Typed;
  /** What is wrong with fields, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
  /** Sends a click or choice to the app, and resolves when it was acknowledged. */
  act(at: Placed, chosen?: Json): Promise<void>;
  /** Asks the app for the options of an external menu. */
  suggest(at: Placed, query: string): Promise<readonly Json[]>;
}

/** How a control is called and described. */
export interface Naming {
  readonly id: string;
  /** Null where a visible label stands beside it. */
  readonly label: string | null;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
}

/** The id of an element's control in the document. */
export function controlId(ground: Ground, { block, element }: Placed): string {
  const ids = [ground.prefix, text(block, 'block_id'), text(element, 'action_id')];
  return ids.join('-').replaceAll(/[^\w-]/g, '_');
}

/** The attributes every control takes from its naming. */
export function namingAttributes(naming: Naming): Record<string, string | undefined> {
  return {
    'aria-label': naming.label ?? undefined,
    'aria-describedby': naming.describedBy,
    'aria-invalid': naming.invalid ? 'true' : undefined,
  };
}

export function placeholderOf(element: Json): string | undefined {
  return text(part(element, 'placeholder'), 'text');
}
