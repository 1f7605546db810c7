import type { Aws, AwsCredentials, Sessions } from '../ports/aws.ts';
import type { Clock } from '../ports/world.ts';

type Session = Extract<AwsCredentials, { kind: 'session' }>;

/** The role of one connection. */
export interface AssumedRole {
  readonly roleArn: string;
  readonly externalId: string;
  readonly region: string;
}

const SESSION_SECONDS = 3600;
/** A session is renewed when less than this is left, so that a call never starts with one about to end. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Sessions of roles, kept until shortly before they end; callers who ask at the same moment share one AssumeRole.
 * A failure is not kept. Throws AwsFailure.
 */
export class RoleSessions implements Sessions {
  readonly #aws: Aws;
  readonly #clock: Clock;
  readonly #held = new Map<string, { session: Promise<Session>; expiresAt: number }>();

  constructor(aws: Aws, clock: Clock) {
    this.#aws = aws;
    this.#clock = clock;
  }

  async of(role: AssumedRole): Promise<Session> {
    const key = JSON.stringify([role.roleArn, role.externalId, role.region]);
    const held = this.#held.get(key);
    if (held !== undefined && held.expiresAt - RENEW_BEFORE_MS > this.#clock.now()) return held.session;

    const entry = { session: this.#assume(role), expiresAt: Number.POSITIVE_INFINITY };
    this.#held.set(key, entry);
    try {
      const session = await entry.session;
      entry.expiresAt = session.expiresAt;
      return session;
    } catch (error) {
      if (this.#held.get(key) === entry) this.#held.delete(key);
      throw error;
    }
  }

  /** Forgets a session, after AWS refused it or its connection changed. */
  forget(roleArn: string): void {
    for (const key of this.#held.keys()) {
      if (key.startsWith(JSON.stringify([roleArn]).slice(0, -1))) this.#held.delete(key);
    }
  }

  async #assume(role: AssumedRole): Promise<Session> {
    return this.#aws.sts({ kind: 'host' }, role.region).assumeRole({
      roleArn: role.roleArn,
      sessionName: 'rekey',
      externalId: role.externalId,
      durationSeconds: SESSION_SECONDS,
    });
  }
}
