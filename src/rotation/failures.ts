import { AwsFailure } from '../ports/aws.ts';
import type { AwsFailureCode } from '../ports/aws.ts';
import { RekeyError } from '../errors.ts';
import type { BlockChoice, BlockCode, Rotation } from '../domain/rotation.ts';
import { troubleOf } from '../domain/rotation-trouble.ts';
import { mayReactivate, mayUndo } from '../domain/rotation-acts.ts';
import type { Outcome, Patch, Run } from './run.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How often the same trouble is met before a person is asked. */
const MAX_TIMES = 12;
/** And how long, at the least: an outage of AWS is not a person's business at once. */
const MAX_TROUBLE_MS = 6 * HOUR;

/** Answers that prove that AWS did nothing: any other leaves the outcome of a mutation unknown. */
const NOTHING_DONE: ReadonlySet<AwsFailureCode> = new Set<AwsFailureCode>([
  'key_not_active',
  'wrong_secret',
  'clock_off',
  'region_wrong',
  'region_not_enabled',
  'expired_session',
  'denied_by_policy',
  'denied_by_source_ip',
  'denied_by_organization',
  'no_such_entity',
  'quota',
  'throttled',
  'no_route',
  'no_credentials',
  'invalid_request',
]);

const DENIED: ReadonlySet<AwsFailureCode> = new Set<AwsFailureCode>([
  'denied_by_policy',
  'denied_by_source_ip',
  'denied_by_organization',
]);

/** True when a mutation that failed so certainly did nothing. */
export function provesNothingDone(error: unknown): error is AwsFailure {
  return error instanceof AwsFailure && NOTHING_DONE.has(error.code);
}

export function isDenied({ code }: AwsFailure): boolean {
  return DENIED.has(code);
}

/** What an error of a step means: a person's decision where it cannot pass, else another try. */
export function outcomeOfError(run: Run, error: unknown): Outcome {
  if (error instanceof AwsFailure && isDenied(error)) {
    return block(run, 'denied', `AWS does not allow it: ${error.action}.`);
  }
  if (error instanceof AwsFailure && error.code === 'no_such_entity') {
    return userChanged(run, 'The user, or a key of it, is no longer there.');
  }
  if (error instanceof AwsFailure) return again(run, `${error.action}: ${error.code}`);
  // The process stops, or the time of this turn is over: nothing is wrong.
  if (run.signal.aborted) return { kind: 'wait', until: run.now() };
  run.ground.log.error('A step of a rotation failed.', { rotationId: run.rotation.id, error });
  return again(run, error instanceof RekeyError ? error.message : 'something broke on our side');
}

/**
 * Another try, later each time; a person is asked (`code`) when it was tried often, `patiently` also for long.
 * @param retryAt the earliest time of the next try
 */
export function again(
  run: Run,
  why: string,
  {
    code = 'too_long',
    retryAt = 0,
    patient = true,
  }: { code?: BlockCode; retryAt?: number; patient?: boolean } = {},
): Outcome {
  const now = run.now();
  const trouble = troubleOf(run.rotation);
  const times = trouble?.times ?? 0;
  const long = now - (trouble?.since ?? now) >= (patient ? MAX_TROUBLE_MS : 0);
  if (times >= MAX_TIMES && long) return block(run, code, why);
  const pause = Math.min(10 * MINUTE, 2 * SECOND * 2 ** times);
  return { kind: 'wait', until: Math.max(retryAt, now + pause), trouble: why };
}

/**
 * The user is another, or gone. Keys of ours may still be on it: the person is told which. `perhaps`: keys of which AWS
 * did not say whether a try of ours made them.
 */
export function userChanged(run: Run, why: string, perhaps: readonly string[] = []): Outcome {
  const { newKeyId, orphans } = run.rotation;
  const left = orphans.filter(({ deletedAt }) => deletedAt === null).map(({ accessKeyId }) => accessKeyId);
  const made = [...new Set(newKeyId === null ? left : [newKeyId, ...left])];
  const rest = made.length === 0 ? '' : ` Rekey made ${made.join(', ')}: see whether it still exists.`;
  const doubt = perhaps.length === 0 ? '' : ` Rekey may have made one of ${perhaps.join(', ')}.`;
  const keyIds = [...new Set([...made, ...perhaps])];
  return block(run, 'user_changed', `${why}${rest}${doubt}`, ['retry', 'stop'], { keyIds });
}

/** Asks a person; without `choices` those that are always right. */
export function block(
  run: Run,
  code: BlockCode,
  why: string,
  choices: readonly BlockChoice[] = usualChoices(run.rotation),
  about: { keyIds?: readonly string[]; destinationId?: string; patch?: Patch } = {},
): Outcome {
  return { kind: 'block', code, why, choices, ...about };
}

export function usualChoices(rotation: Rotation): BlockChoice[] {
  if (rotation.state === 'planned') return ['retry', 'stop'];
  if (mayUndo(rotation)) return ['retry', 'undo'];
  return mayReactivate(rotation) ? ['retry', 'reactivate'] : ['retry'];
}
