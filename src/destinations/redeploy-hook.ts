import type { HookAnswer, RedeployHooks } from '../ports/destination.ts';
import type { Outward, WebhookSigner } from '../ports/outward.ts';
import type { Clock } from '../ports/world.ts';
import { memberOf, postSigned } from './signed.ts';
import { deliveryToken } from './version-token.ts';

const ASK_AGAIN_MS = 15_000;
const MOST_WAIT_MS = 10 * 60_000;

/** Calls redeploy hooks as docs/webhook.md says: the secret is never in the message. */
export function createRedeployHooks(ground: {
  readonly outward: Outward;
  readonly signer: WebhookSigner;
  readonly clock: Clock;
}): RedeployHooks {
  return {
    call: async (url, about, signal) => {
      const { rotationId, accountId, partition, userName, replacesKeyId, accessKeyId, destination } = about;
      const data = { rotationId, accountId, partition, userName, replacesKeyId, accessKeyId, destination };
      const message = { id: `redeploy-${deliveryToken(about)}`, type: 'access_key.redeploy', data };
      const now = ground.clock.now();
      const answer = await postSigned(ground, url, message, now, signal);
      if (answer.kind === 'refused') {
        return { answer: 'failed', why: answer.why, mend: 'Correct the address of the redeploy hook.' };
      }
      if (answer.kind === 'unreachable') return waiting(answer.why, now, null);
      return judged(answer, now);
    },
  };
}

function judged(
  answer: { readonly status: number; readonly body: string | null; readonly retryAfterMs: number | null },
  now: number,
): HookAnswer {
  const { status, body, retryAfterMs } = answer;
  if (status >= 500 || [408, 409, 425, 429].includes(status)) {
    return waiting(`it answered ${status}`, now, retryAfterMs);
  }
  const mend = 'See docs/webhook.md, and the log of the hook.';
  if (status < 200 || status >= 300) return { answer: 'failed', why: `it answered ${status}`, mend };
  const said = memberOf(body, 'status');
  if (said === 'healthy') return { answer: 'healthy' };
  if (said === 'pending') return waiting('the deployment is under way', now, retryAfterMs);
  if (said !== 'failed') {
    return { answer: 'failed', why: 'its answer says neither healthy, pending nor failed', mend };
  }
  return {
    answer: 'failed',
    why: 'it says that the consumers do not run with the new key',
    mend: 'Mend the deployment, then try again. The old key still works.',
  };
}

function waiting(why: string, now: number, retryAfterMs: number | null): HookAnswer {
  const wait = Math.min(Math.max(retryAfterMs ?? ASK_AGAIN_MS, ASK_AGAIN_MS), MOST_WAIT_MS);
  return { answer: 'waiting', why, retryAt: now + wait };
}
