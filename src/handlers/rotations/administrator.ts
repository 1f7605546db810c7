import { known, unknown } from '../../domain/known.ts';
import type { Known } from '../../domain/known.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { ADMINISTRATOR_ACTIONS } from '../../verification/capabilities.ts';
import type { Services } from '../services.ts';
import { signerOf } from './signer.ts';

/** How long an answer holds: rights do not change with every step, and a rotation asks before each write. */
const HOLDS_MS = 60 * 60_000;

/** Whether rotated users have rights like an administrator's; an answer is kept for an hour, a failure is not. */
export class Administrators {
  readonly #services: Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws' | 'clock'>;
  readonly #answers = new Map<string, Extract<Known<boolean>, { known: true }>>();

  constructor(services: Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws' | 'clock'>) {
    this.#services = services;
  }

  async isAdministrator(rotation: Rotation, signal: AbortSignal): Promise<Known<boolean>> {
    const now = this.#services.clock.now();
    const { arn, userId } = rotation.snapshot;
    const kept = this.#answers.get(userId);
    if (kept !== undefined && now < kept.asOf + HOLDS_MS) return kept;
    this.#forgetOld(now);
    const signer = await signerOf(this.#services, rotation, []);
    if (signer === null) return unknown('no connection may ask', now);
    const { connection, credentials } = signer;
    const { accountId, partition } = connection;
    const iam = this.#services.aws.iam(credentials, partition, { accountId, urgency: 'background' });
    try {
      const question = { principalArn: arn, actions: ADMINISTRATOR_ACTIONS, resource: '*' };
      const decisions = await iam.simulate(question, signal);
      const answer = ADMINISTRATOR_ACTIONS.some((action) => decisions.get(action) === 'allowed');
      const found = { known: true, value: answer, asOf: now } as const;
      this.#answers.set(userId, found);
      return known(answer, now);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      return unknown(`${error.action}: ${error.code.replaceAll('_', ' ')}`, now);
    }
  }

  #forgetOld(now: number): void {
    for (const [userId, { asOf }] of this.#answers) if (now >= asOf + HOLDS_MS) this.#answers.delete(userId);
  }
}
