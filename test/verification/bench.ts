import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import type { Account, NewKey, User } from '../../sandbox/aws/world.ts';
import { createAws } from '../../src/aws/aws.ts';
import { policiesFor, type PolicyPlaces } from '../../src/domain/policy.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Capability, Verification } from '../../src/domain/verification.ts';
import type { Aws } from '../../src/ports/aws.ts';
import type { Clock } from '../../src/ports/world.ts';
import type { AccessKeyCandidate } from '../../src/verification/candidate.ts';
import { verifyAccessKey } from '../../src/verification/verify-access-key.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';

/** A clock whose sleeps take no time but pass it: for us and for the stand-in alike. */
export class LeapingClock implements Clock {
  readonly slept: number[] = [];
  /** False: sleeps last as long as they say. */
  leaps = true;
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    if (this.leaps) this.#ahead += ms;
    else await systemClock.sleep(ms, signal);
  }

  forward(ms: number): void {
    this.#ahead += ms;
  }
}

/** The same, which real time does not move: however slow the machine is, as much happens. */
export class StillClock extends LeapingClock {
  #now = Date.now();

  override now(): number {
    return this.#now;
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
  }

  override forward(ms: number): void {
    this.#now += ms;
  }
}

/** The stand-in, the real adapters over it, a clock both share, and a log that is kept. */
export interface Bench extends AsyncDisposable {
  readonly standIn: AwsStandIn;
  readonly aws: Aws;
  readonly clock: LeapingClock;
  readonly log: ReturnType<typeof recordingLog>;
}

export async function openBench(
  options: { env?: Record<string, string>; skewMs?: number; requestMs?: number; pageSize?: number } = {},
): Promise<Bench> {
  const clock = new LeapingClock();
  const log = recordingLog();
  const skewMs = options.skewMs ?? 0;
  const standIn = await AwsStandIn.start({
    clock: () => clock.now() - skewMs,
    seed: 7,
    ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
  });
  const aws = createAws({
    env: { AWS_ENDPOINT_URL: standIn.url, ...options.env },
    version: '0.0.0',
    log,
    clock,
    ...(options.requestMs === undefined ? {} : { limits: { requestMs: options.requestMs } }),
  });
  return {
    standIn,
    aws,
    clock,
    log,
    [Symbol.asyncDispose]: async () => {
      aws.close();
      await standIn.stop();
    },
  };
}

/** A candidate of nothing but the key. */
export function candidateOf(key: NewKey, more: Partial<AccessKeyCandidate> = {}): AccessKeyCandidate {
  return {
    accessKeyId: key.accessKeyId,
    secret: new Secret(key.secretAccessKey),
    expectedAccountId: null,
    region: null,
    pinned: null,
    ...more,
  };
}

/** Never aborted. */
export const patient = new AbortController().signal;

/** A user with exactly the policies we print for these capabilities. */
export function userWith(
  account: Account,
  capabilities: readonly Capability[],
  name = 'rekey',
  places: PolicyPlaces = {},
): User {
  const target = {
    partition: account.partition,
    accountId: account.id,
    principal: { kind: 'user', arn: null },
    places,
  } as const;
  const attached = policiesFor(capabilities, target).map(
    (document, index) => account.addPolicy(`${name}-${index}`, document).arn,
  );
  return account.addUser(name, { attached });
}

/** Checks an access key as the handlers do. */
export async function check(bench: Bench, candidate: AccessKeyCandidate): Promise<Verification> {
  return verifyAccessKey(bench, candidate, patient);
}
