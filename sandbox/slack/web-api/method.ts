import type { Core } from '../core.ts';
import type { Json } from '../json.ts';
import type { Tier } from '../rate-limits.ts';
import type { SocketMode } from '../socket-mode.ts';
import type { Token } from '../tokens.ts';

/** What a method may use. */
export interface Call {
  readonly core: Core;
  readonly sockets: SocketMode;
  readonly token: Token;
  readonly args: Json;
}

/** One Web API method. */
export interface Method {
  readonly token: Token['type'];
  /** All of these are needed. */
  readonly scopes?: readonly string[] | ((call: Call) => readonly string[]);
  /** Arguments without which the answer is `invalid_arguments`. */
  readonly required?: readonly string[];
  readonly tier: Tier;
  /** What is added to `ok: true`; throws a Refusal. */
  run(call: Call): Json;
}

export type Methods = Readonly<Record<string, Method>>;

/** An answer with `ok: false`. */
export class Refusal extends Error {
  readonly error: string;
  readonly more: Json;

  constructor(error: string, more: Json = {}) {
    super(error);
    this.error = error;
    this.more = more;
  }
}

/** A refusal with Slack's messages, for example `[ERROR] missing required field: text`. */
export function refusalWith(error: string, messages: readonly string[]): Refusal {
  return new Refusal(error, { response_metadata: { messages } });
}
