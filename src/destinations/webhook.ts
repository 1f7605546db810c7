import { z } from 'zod';
import type {
  DeliveredKey,
  PlaceKind,
  DestinationPlace,
  Holding,
  Preflight,
  RotatedKey,
  Written,
} from '../ports/destination.ts';
import type { OutwardAnswer } from '../ports/outward.ts';
import { later, stopped } from './failed.ts';
import { webhookDetails, webhookForm } from './webhook-form.ts';
import type { DestinationGround } from './ground.ts';
import { memberOf, postSigned } from './signed.ts';
import { deliveryToken } from './version-token.ts';

const RETRY_MS = 30_000;
/** So that a receiver’s Retry-After cannot put a rotation to sleep. */
const MOST_RETRY_MS = 60 * 60_000;

/** A receiver of your own. */
export const WebhookTarget = z.strictObject({ url: z.url().max(2_000) });

export type WebhookTarget = z.infer<typeof WebhookTarget>;

export const webhookFacts: PlaceKind<WebhookTarget> = {
  kind: 'webhook',
  label: 'Webhook',
  needsConnection: false,
  needsSecondPerson: true,
  schema: WebhookTarget,
  form: webhookForm,
  details: webhookDetails,
  // A path or query may hold a token.
  describe: ({ url }) => `webhook at ${new URL(url).host}`,
  snippets: () => [],
};

/** Posts the key to a receiver as docs/webhook.md says; its answer must name the key. */
export function openWebhook(ground: DestinationGround): DestinationPlace<WebhookTarget> {
  const { clock } = ground;
  const post = (
    { url }: WebhookTarget,
    id: string,
    type: string,
    data: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => postSigned(ground, url, { id, type, data }, clock.now(), signal);
  return {
    ...webhookFacts,
    preflight: async (target, about, signal) => {
      const id = `preflight-${about.rotationId}`;
      return allowed(await post(target, id, 'access_key.preflight', factsOf(about), signal));
    },
    write: async (target, key, signal) => {
      const data = {
        ...factsOf(key),
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey.reveal(),
      };
      const answer = await post(target, deliveryToken(key), 'access_key.rotated', data, signal);
      return written(answer, key, clock.now());
    },
    holds: async (target, accessKeyId, signal) => {
      const id = `holds-${accessKeyId}-${clock.now()}`;
      return heldBy(await post(target, id, 'access_key.holds', { accessKeyId }, signal), accessKeyId);
    },
    restore: null,
  };
}

function factsOf({ rotationId, accountId, partition, userName, replacesKeyId }: RotatedKey) {
  return { rotationId, accountId, partition, userName, replacesKeyId };
}

function allowed(answer: OutwardAnswer): Preflight {
  if (answer.kind === 'refused') {
    return { answer: 'no', why: answer.why, mend: 'Correct the address of the destination.' };
  }
  if (answer.kind === 'unreachable') return { answer: 'unknown', why: answer.why };
  const { status } = answer;
  if (status >= 200 && status < 300) return { answer: 'yes', warnings: [] };
  if (passing(status)) return { answer: 'unknown', why: `it answered ${status}` };
  return { answer: 'no', why: refusalOf(status), mend: 'See docs/webhook.md, and the receiver’s own log.' };
}

function written(answer: OutwardAnswer, key: DeliveredKey, now: number): Written {
  if (answer.kind === 'refused') return stopped(answer.why, 'Correct the address of the destination.');
  const again = 'Rekey sends it again by itself, with the same id.';
  if (answer.kind === 'unreachable') return later(answer.why, again, now + RETRY_MS);
  const { status, retryAfterMs } = answer;
  if (passing(status)) {
    const wait = Math.min(Math.max(retryAfterMs ?? RETRY_MS, RETRY_MS), MOST_RETRY_MS);
    return later(`it answered ${status}`, again, now + wait);
  }
  if (status < 200 || status >= 300) {
    return stopped(refusalOf(status), 'See docs/webhook.md, and the receiver’s own log.');
  }
  if (memberOf(answer.body, 'accessKeyId') === key.accessKeyId) return { ok: true, before: null };
  return later('it took the message, but did not confirm the key', again, now + RETRY_MS);
}

function heldBy(answer: OutwardAnswer, accessKeyId: string): Holding {
  if (answer.kind !== 'answered') return { answer: 'unknown', why: answer.why };
  const { status, body } = answer;
  const named = status >= 200 && status < 300 ? memberOf(body, 'accessKeyId') : undefined;
  if (named === undefined) return { answer: 'unknown', why: `it answered ${status} and named no key` };
  if (named === accessKeyId) return { answer: 'yes', why: null };
  return { answer: 'no', why: named === null ? 'it names no access key' : 'it names another access key' };
}

/** Answers after which the same message may be taken later. */
function passing(status: number): boolean {
  return status >= 500 || [408, 409, 425, 429].includes(status);
}

function refusalOf(status: number): string {
  if (status >= 300 && status < 400) return `it answered ${status}, a redirect, which Rekey does not follow`;
  return `it refused the message with ${status}`;
}
