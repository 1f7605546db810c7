import { z } from 'zod';
import { iamRegion } from '../domain/partition.ts';
import type { CreateIntent, Rotation } from '../domain/rotation.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { Trail, TrailEvent } from '../ports/trail.ts';
import { SETTLE_MS } from '../domain/settle.ts';

/** How far AWS's clock may be from ours. */
const SKEW_MS = 5 * 60_000;

/** What CloudTrail says about one try to create a key. */
export type Attribution =
  | { readonly answer: 'ours'; readonly accessKeyId: string }
  /** All of it was seen, and no key came of this try: none was made, or it was refused. */
  | { readonly answer: 'no_event' }
  | { readonly answer: 'not_yet'; readonly until: number }
  | { readonly answer: 'unknown'; readonly why: string };

const made = z.object({
  userIdentity: z.object({ arn: z.string() }),
  userAgent: z.string(),
  requestParameters: z.object({ userName: z.string() }),
  responseElements: z.object({
    accessKey: z.object({ accessKeyId: z.string(), userName: z.string() }),
  }),
  errorCode: z.undefined().optional(),
});

/**
 * Looks for the event of this try. A key is ours only if the event shows our signer, the nonce, that user, and a key
 * that was not there before, inside the intent's window.
 */
export async function attribute(
  trail: Trail | null,
  rotation: Rotation,
  intent: CreateIntent,
  now: number,
  signal: AbortSignal,
): Promise<Attribution> {
  if (trail === null) return { answer: 'unknown', why: 'no connection may read CloudTrail there' };
  const window = { from: intent.openedAt - SKEW_MS, to: intent.closesAt + SKEW_MS };
  const question = { by: 'EventName', value: 'CreateAccessKey' } as const;
  try {
    const pages = trail.lookUp(iamRegion(rotation.partition), question, window, 'watch', signal);
    for await (const page of pages) {
      const accessKeyId = page
        .map((event) => keyOf(event, rotation, intent, window))
        .find((id) => id !== null);
      if (accessKeyId !== undefined && accessKeyId !== null) return { answer: 'ours', accessKeyId };
    }
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { answer: 'unknown', why: `${error.action}: ${error.code}` };
  }
  const completeAt = window.to + SETTLE_MS;
  return now >= completeAt ? { answer: 'no_event' } : { answer: 'not_yet', until: completeAt };
}

/** The id of the key this event made for us, or null. */
function keyOf(
  event: TrailEvent,
  rotation: Rotation,
  intent: CreateIntent,
  window: { readonly from: number; readonly to: number },
): string | null {
  const record = made.safeParse(event.record);
  if (event.eventName !== 'CreateAccessKey' || !record.success) return null;
  const { userIdentity, userAgent, requestParameters, responseElements } = record.data;
  const { accessKeyId, userName } = responseElements.accessKey;
  const ours =
    userIdentity.arn === intent.signer &&
    userAgent.includes(intent.nonce) &&
    requestParameters.userName === rotation.snapshot.userName &&
    userName === rotation.snapshot.userName &&
    !intent.keysBefore.includes(accessKeyId) &&
    event.eventTime >= window.from &&
    event.eventTime <= window.to;
  return ours ? accessKeyId : null;
}
