import type { Aws, AwsCredentials, Iam, Urgency } from '../../../ports/aws.ts';
import type { Trail } from '../../../ports/trail.ts';

/** Reads that were made once: what they answered, or threw, is what they answer again. */
class Remembered {
  readonly #answers = new Map<string, Promise<unknown>>();

  /** `key` names question and place. */
  async once<Answer>(key: readonly unknown[], ask: () => Promise<Answer>): Promise<Answer> {
    const name = JSON.stringify(key);
    const known = this.#answers.get(name) ?? ask();
    this.#answers.set(name, known);
    return known as Promise<Answer>;
  }
}

/**
 * An AWS for one plan: what the plan itself asks about the user, and what its dry run asks again, is asked once, and as
 * urgently as whoever wants the plan waits. Nothing else changes.
 */
export function readOnce(aws: Aws, urgency: Urgency): Aws {
  const seen = new Remembered();
  return {
    ...aws,
    iam: (credentials, partition, { accountId }) =>
      iamOnce(aws.iam(credentials, partition, { accountId, urgency }), whoSigns(credentials), seen),
    trail: (credentials, place) => trailOnce(aws.trail(credentials, place), whoSigns(credentials), seen),
  };
}

function iamOnce(iam: Iam, who: string, seen: Remembered): Iam {
  return {
    ...iam,
    getUser: (userName, signal) => seen.once([who, 'user', userName], () => iam.getUser(userName, signal)),
    listAccessKeys: (userName, signal) =>
      seen.once([who, 'keys', userName], () => iam.listAccessKeys(userName, signal)),
    listAttachedUserPolicies: (userName, signal) =>
      seen.once([who, 'policies', userName], () => iam.listAttachedUserPolicies(userName, signal)),
    accessKeyLastUsed: (accessKeyId, signal) =>
      seen.once([who, 'last use', accessKeyId], () => iam.accessKeyLastUsed(accessKeyId, signal)),
    simulate: (question, signal) =>
      seen.once([who, 'simulate', question], () => iam.simulate(question, signal)),
  };
}

function trailOnce(trail: Trail, who: string, seen: Remembered): Trail {
  return {
    ...trail,
    enabledRegions: (signal) => seen.once([who, 'regions'], () => trail.enabledRegions(signal)),
  };
}

function whoSigns(credentials: AwsCredentials): string {
  return credentials.kind === 'host' ? 'host' : credentials.accessKeyId;
}
