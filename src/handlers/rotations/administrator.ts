import type { Known } from '../../domain/known.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { readAdministrator } from '../destinations/administrator.ts';
import type { Services } from '../services.ts';

/** How long an answer holds: rights do not change with every step, and a rotation asks before each write. */
const HOLDS_MS = 60 * 60_000;

type Asking = Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws' | 'clock'>;

/** Whether rotated users have rights like an administrator's; an answer is kept for an hour, a failure is not. */
export class Administrators {
  readonly #services: Asking;
  readonly #answers = new Map<string, Extract<Known<boolean>, { known: true }>>();

  constructor(services: Asking) {
    this.#services = services;
  }

  async isAdministrator(
    { accountId, snapshot }: Pick<Rotation, 'accountId' | 'snapshot'>,
    signal: AbortSignal,
  ): Promise<Known<boolean>> {
    const now = this.#services.clock.now();
    const { arn, userId, userName } = snapshot;
    for (const [id, { asOf }] of this.#answers) if (now >= asOf + HOLDS_MS) this.#answers.delete(id);
    const kept = this.#answers.get(userId);
    if (kept !== undefined) return kept;
    const answer = await readAdministrator(this.#services, { accountId, arn, userName }, signal);
    if (answer.known) this.#answers.set(userId, answer);
    return answer;
  }
}
