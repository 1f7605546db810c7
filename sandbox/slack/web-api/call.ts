import type { Core } from '../core.ts';
import { part, text, type Json } from '../json.ts';
import type { SocketMode } from '../socket-mode.ts';
import { chat } from './chat.ts';
import { conversations } from './conversations.ts';
import { files } from './files.ts';
import { Refusal, refusalWith, type Call, type Method, type Methods } from './method.ts';
import { usergroups } from './usergroups.ts';
import { users } from './users.ts';
import { views } from './views.ts';
import { workspace } from './workspace.ts';

/** Every method the stand-in knows. */
export const methods: Methods = {
  ...workspace,
  ...chat,
  ...views,
  ...users,
  ...conversations,
  ...usergroups,
  ...files,
};

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** Carries out one Web API call. */
export function callMethod(
  core: Core,
  sockets: SocketMode,
  name: string,
  bearer: string,
  args: Json,
): ApiAnswer {
  const method = methods[name];
  try {
    const token = core.tokens.find(bearer === '' ? (text(args, 'token') ?? '') : bearer);
    if (method === undefined) {
      core.journal.defect(`unknown method: ${name}`);
      throw new Refusal('unknown_method', { req_method: name });
    }
    if (token === undefined)
      throw new Refusal(bearer === '' && text(args, 'token') === undefined ? 'not_authed' : 'invalid_auth');
    if (token.revoked) throw new Refusal('token_revoked');
    if (token.type !== method.token) throw new Refusal('not_allowed_token_type');
    const call: Call = { core, sockets, token, args };
    demandScopes(method, call);
    const wait = core.rateLimits.count(method.tier, limitKey(name, method, call));
    if (wait !== undefined) return tooMany(wait);
    demandArguments(method, args);
    return {
      status: 200,
      headers: { 'x-oauth-scopes': token.scopes.join(',') },
      body: { ok: true, ...method.run(call) },
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: 200, headers: {}, body: { ok: false, error: error.error, ...error.more } };
  }
}

/** The answer to one call too many. */
export function tooMany(seconds: number): ApiAnswer {
  return {
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { ok: false, error: 'ratelimited' },
  };
}

function limitKey(name: string, method: Method, call: Call): string {
  return method.tier === 'post' ? `${name}/${text(call.args, 'channel') ?? ''}` : name;
}

function demandScopes(method: Method, call: Call): void {
  const needed = typeof method.scopes === 'function' ? method.scopes(call) : (method.scopes ?? []);
  const missing = needed.filter((each) => !call.token.scopes.includes(each));
  if (missing.length === 0) return;
  throw new Refusal('missing_scope', { needed: needed.join(','), provided: call.token.scopes.join(',') });
}

function demandArguments(method: Method, args: Json): void {
  const missing = (method.required ?? []).filter((each) => args[each] === undefined || args[each] === '');
  if (missing.length === 0) return;
  throw refusalWith(
    'invalid_arguments',
    missing.map((each) => `[ERROR] missing required field: ${each}`),
  );
}

/** The error of an answer, if it is one. */
export function errorOf(answer: ApiAnswer): string | undefined {
  return answer.status === 200 && answer.body['ok'] === true
    ? undefined
    : (text(answer.body, 'error') ?? 'http_error');
}

/** The complaints in an answer's `response_metadata`. */
export function complaintsOf(answer: ApiAnswer): unknown {
  return part(answer.body, 'response_metadata')['messages'];
}
