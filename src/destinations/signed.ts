import type { Outward, OutwardAnswer, WebhookSigner } from '../ports/outward.ts';

/** A message in the format of Standard Webhooks 1.0.0; `id` stays the same when it is sent again. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Posts a signed message; `now` (ms) is the moment of sending, which the receiver holds against its own clock. */
export async function postSigned(
  ground: { readonly outward: Outward; readonly signer: WebhookSigner },
  url: string,
  message: Message,
  now: number,
  signal: AbortSignal,
): Promise<OutwardAnswer> {
  const at = Math.floor(now / 1_000);
  const { id, type, data } = message;
  const body = JSON.stringify({ type, timestamp: new Date(at * 1_000).toISOString(), data });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Rekey',
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': ground.signer.sign({ id, at, body }),
  };
  return ground.outward.post({ url, headers, body }, signal);
}

/** The text of one member of a JSON answer; undefined when the answer is not such an object. */
export function memberOf(body: string | null, name: string): string | null | undefined {
  try {
    const answer: unknown = JSON.parse(body ?? '');
    if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, name)) return undefined;
    const value: unknown = Reflect.get(answer, name);
    return typeof value === 'string' || value === null ? value : undefined;
  } catch {
    return undefined;
  }
}
