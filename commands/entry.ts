import type { ModalView, PlainTextOption } from '@slack/types';
import type { Actor, Role } from '../src/domain/actor.ts';
import { RekeyError } from '../src/errors.ts';
import type { Request } from '../src/handlers/request.ts';
import type { Services } from '../src/handlers/services.ts';
import type { Desk, Message } from '../src/ports/slack.ts';
import type { Log } from '../src/ports/world.ts';
import type { Urgent } from './background.ts';
import type { Incoming, IncomingView } from './incoming.ts';

/** Who may use an entry: a role, or any full member of the workspace. */
export type Need = Role | 'member';

/** What an entry works with. The actor is already authorised for the entry's `needs`. */
export interface Context {
  readonly services: Services;
  readonly desk: Desk;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly log: Log;
  readonly incoming: Incoming;
  /** A request for a handler; `decision` names what must happen once (default: this very payload). */
  request(options?: { decision?: string; viewId?: string | null }): Request;
  /** Shows a modal: opens it, or fills the first frame that is open already. Answers its view id. */
  show(view: ModalView): Promise<string>;
  /** Work that begins after the acknowledgement; the process waits for it when it stops. */
  later(work: () => Promise<void>): void;
  /** The same for what cannot wait: it begins now, before all other work, until it says that it is no more urgent. */
  atOnce(work: (urgent: Urgent) => Promise<void>): void;
}

export interface Command {
  readonly command: string;
  readonly usage: string;
  readonly summary: string;
  /** Said besides when somebody asks for help about this command alone, in mrkdwn. */
  readonly details?: string;
  readonly needs: Need;
  /** Whether it answers with a modal: then a first frame may be opened while we find out who asks. */
  readonly opensModal: boolean | ((text: string) => boolean);
  /** The reply is shown to the asker alone. */
  run(context: Context, text: string): Promise<Message | null>;
}

/** For a window whose own marks cannot be read any more. */
export function tooOld(): RekeyError {
  return new RekeyError('expired', 'This window is from an older version of Rekey.', {
    next: 'Please open it again.',
  });
}

export type Parsed<Input> =
  | { readonly ok: true; readonly input: Input }
  /** By block id. */
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

export interface ModalDefinition<Input> {
  readonly callbackId: string;
  readonly needs: Need;
  /** What it does cannot be taken back: a group's membership must then be known afresh. */
  readonly irreversible: boolean;
  /** Where an error without a field of its own is shown: an input's block id, or null when it has none. */
  readonly errorBlock: string | null;
  parse(view: IncomingView): Parsed<Input>;
  /** The view to switch to, or `close`. Runs before the acknowledgement: no AWS here. */
  submit(context: Context, input: Input, view: IncomingView): Promise<ModalView | 'close'>;
}

/** A modal with its input type closed over, so that all kinds fit one registry. */
export interface Modal extends Omit<ModalDefinition<unknown>, 'parse' | 'submit'> {
  /** Field errors, or the submission ready to be carried out. */
  receive(
    view: IncomingView,
  ):
    | { readonly errors: Readonly<Record<string, string>> }
    | { readonly submit: (context: Context) => Promise<ModalView | 'close'> };
}

export function modal<Input>(definition: ModalDefinition<Input>): Modal {
  const { callbackId, needs, irreversible, errorBlock } = definition;
  return {
    callbackId,
    needs,
    irreversible,
    errorBlock,
    receive(view) {
      const parsed = definition.parse(view);
      return parsed.ok
        ? { submit: (context) => definition.submit(context, parsed.input, view) }
        : { errors: parsed.errors };
    },
  };
}

export interface Action {
  readonly actionId: string;
  readonly needs: Need;
  readonly irreversible?: boolean;
  readonly opensModal: boolean;
  run(context: Context, view: IncomingView | null): Promise<void>;
}

export interface Suggestions {
  readonly actionId: string;
  readonly needs: Need;
  /** At most 100. */
  options(context: Context, typed: string): Promise<readonly PlainTextOption[]>;
}

/** What there is when nobody in particular asks, or somebody who may not. */
export type Surroundings = Omit<Context, 'actor' | 'request'>;

/** An event of Slack: what a person did, or what became of the app itself. */
export type EventEntry =
  | {
      readonly event: string;
      readonly from: 'person';
      run(context: Context): Promise<void>;
      /** What a person sees whom `serve` refuses. */
      refused(context: Surroundings, why: Message): Promise<void>;
    }
  | { readonly event: string; readonly from: 'slack'; run(context: Surroundings): Promise<void> };

/** Everything Slack can ask of us, once. */
export interface Registry {
  readonly commands: readonly Command[];
  readonly modals: readonly Modal[];
  readonly actions: readonly Action[];
  readonly suggestions: readonly Suggestions[];
  readonly events: readonly EventEntry[];
}
