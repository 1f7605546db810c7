import type { AttemptKind } from '../domain/attempt.ts';
import type { AttemptResult } from '../domain/attempt-result.ts';
import type { RotationState } from '../domain/rotation.ts';
import type { AwsFailureCode } from './aws.ts';

/** How one run of a job ended; `dead`: it had its last try, and is a dead letter now. */
export type JobOutcome = 'done' | 'failed' | 'dead';

/** How one call of Slack's Web API ended; `unknown`: no answer, or none that says whether it was done. */
export type SlackCallOutcome = 'ok' | 'refused' | 'rate_limited' | 'unknown';

/**
 * What is counted and timed while Rekey works. Names are those of our own code and of APIs: never a person, a
 * connection, a key or a channel. Times are ms. No method throws or waits.
 */
export interface Metrics {
  /** From the moment Slack's payload was ours until Slack had its answer. */
  acknowledged(kind: string, ms: number): void;
  /** `lagMs`: how long after its time the run began. */
  jobBegan(job: string, lagMs: number): void;
  jobEnded(job: string, outcome: JobOutcome, ms: number): void;
  /** `retries`: how often the SDK sent it again before this answer. */
  awsCall(action: string, outcome: 'ok' | AwsFailureCode, ms: number, retries: number): void;
  /** How long a call in the background waited for its turn in an account's budget; `api` such as `iam`. */
  awsWaited(api: string, ms: number): void;
  slackCall(method: string, outcome: SlackCallOutcome, ms: number): void;
  attemptEnded(kind: AttemptKind, outcome: AttemptResult['kind']): void;
  /** A rotation came into this state. */
  rotationMoved(to: RotationState): void;
}

/** Counts nothing: for tools that run once, and for tests. */
export const NO_METRICS: Metrics = {
  acknowledged: () => undefined,
  jobBegan: () => undefined,
  jobEnded: () => undefined,
  awsCall: () => undefined,
  awsWaited: () => undefined,
  slackCall: () => undefined,
  attemptEnded: () => undefined,
  rotationMoved: () => undefined,
};
