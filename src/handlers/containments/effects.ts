import {
  denyAllArn,
  INLINE_DATE_DENY,
  INLINE_DENY,
  type ContainedKey,
  type Containment,
  type PartFailure,
} from '../../domain/containment.ts';
import { DENY_EVERYTHING, denyBefore } from '../../domain/containment-policies.ts';
import type { BegunEffect, ContainmentEffect } from '../../domain/containment-effect.ts';
import { RekeyError } from '../../errors.ts';
import type { AwsFailure } from '../../ports/aws.ts';
import type { Hands } from './hands.ts';

/** What failed for want of a right, or of room, is tried again so often; ms. */
export const REFUSED_RETRY_MS = 30_000;
export const TROUBLE_RETRY_MS = 3_000;
const SAID_CHARACTERS = 300;

/** What we are about to put there is ours from before it is sent. */
export function withIntent(row: Containment, effect: ContainmentEffect): Containment {
  // From here on nobody can tell any more whether it was Active.
  if (effect.what === 'set_key' && effect.unread === true) {
    return withKey(row, effect.accessKeyId, (key) =>
      key.before === 'unread' ? { ...key, before: 'unknown' } : key,
    );
  }
  if (row.deny === null) return row;
  if (effect.what === 'attach_deny') return { ...row, deny: { ...row.deny, attached: true } };
  if (effect.what === 'put_deny') return { ...row, deny: { ...row.deny, inline: true } };
  return row;
}

function withKey(
  row: Containment,
  accessKeyId: string,
  change: (key: ContainedKey) => ContainedKey,
): Containment {
  return {
    ...row,
    keys: row.keys.map((key) => (key.accessKeyId === accessKeyId ? change(key) : key)),
  };
}

/** What came of a change: where one way to deny is barred, the other is next. */
export function withOutcome(
  row: Containment,
  effect: ContainmentEffect,
  failure: PartFailure | 'skipped' | null,
): Containment {
  if (failure === 'skipped') return row;
  const { part } = effect;
  const failed = { ...row, parts: { ...row.parts, [part]: { ...row.parts[part], failure } } };
  if (effect.what === 'set_key' && effect.unread === true && failure === null) {
    const sent = { status: effect.status, at: row.changedAt ?? row.updatedAt };
    return withKey(failed, effect.accessKeyId, (key) => ({ ...key, sent }));
  }
  if (failure === null || row.deny === null || isPassing(failure)) return failed;
  const { attached, inline } = row.deny;
  const surely = isNo(failure);
  // Where one way is barred the other is tried, at once the first time.
  if (effect.what === 'attach_deny') {
    return { ...failed, deny: { way: 'inline', attached: attached && !surely, inline } };
  }
  if (effect.what === 'put_deny') {
    return { ...failed, deny: { way: 'attached', attached, inline: inline && !surely } };
  }
  return failed;
}

/** It may go the same way a moment later, or went already. */
export function isPassing({ code }: Pick<PartFailure, 'code'>): boolean {
  return ['timeout', 'aws_down', 'throttled', 'no_route', 'proxy_trouble'].includes(code);
}

/** AWS did nothing. */
function isNo({ code }: PartFailure): boolean {
  return code.startsWith('denied_') || code === 'quota' || code === 'nobody';
}

/** A failure as it is kept; `effect` null: of reading the user. */
export function failureOf(
  error: AwsFailure | RekeyError,
  now: number,
  effect: ContainmentEffect | null,
): PartFailure {
  if (error instanceof RekeyError) {
    return {
      action: '',
      code: 'nobody',
      said: error.message.slice(0, SAID_CHARACTERS),
      at: now,
      retryAt: now + REFUSED_RETRY_MS,
      ...(error.next === undefined ? {} : { next: error.next.slice(0, SAID_CHARACTERS) }),
    };
  }
  const { action, code, said } = error;
  const failure = { action, code, said: said.slice(0, SAID_CHARACTERS), at: now, retryAt: now };
  // What became of it shows at the next look, and a deny that cannot be attached is put on at once.
  if (code === 'timeout') return failure;
  if (isPassing(failure)) return { ...failure, retryAt: now + TROUBLE_RETRY_MS };
  return effect?.what === 'attach_deny' ? failure : { ...failure, retryAt: now + REFUSED_RETRY_MS };
}

/** Makes one change of AWS, which names its row. */
export async function send(
  row: Containment,
  { effect, act }: BegunEffect,
  hands: Hands,
  signal: AbortSignal,
): Promise<void> {
  const { userName, partition } = row;
  if (userName === null) throw new RekeyError('internal', 'A containment has lost its user.');
  const arn = denyAllArn(partition);
  switch (effect.what) {
    case 'set_key': {
      const { accessKeyId, status } = effect;
      return hands(({ iam }) => iam.updateAccessKey({ userName, accessKeyId, status, act }, signal));
    }
    case 'attach_deny':
      return hands(({ deny }) => deny.attachPolicy(userName, arn, act, signal));
    case 'detach_deny':
      return hands(({ deny }) => deny.detachPolicy(userName, arn, act, signal));
    case 'put_deny':
      return hands(({ deny }) => deny.putPolicy(userName, INLINE_DENY, DENY_EVERYTHING, act, signal));
    case 'delete_deny':
      return hands(({ deny }) => deny.deletePolicy(userName, INLINE_DENY, act, signal));
    case 'put_date': {
      const document = denyBefore(effect.issuedBefore);
      return hands(({ deny }) => deny.putPolicy(userName, INLINE_DATE_DENY, document, act, signal));
    }
    case 'delete_date':
      return hands(({ deny }) => deny.deletePolicy(userName, INLINE_DATE_DENY, act, signal));
  }
}
