import type { Warning } from '../domain/verification.ts';
import type { AccessKeyMetadata, AttachedPolicy, Iam } from '../ports/aws.ts';
import { READ } from './pace.ts';
import type { Pace, Tried } from './pace.ts';
import { ageWarning, couldNotCheck } from './readings.ts';

/** What the reads of one user gave, each on its own. */
export interface UserFacts {
  readonly keys: Tried<AccessKeyMetadata[]>;
  readonly policies: Tried<AttachedPolicy[]>;
  readonly consolePassword: Tried<boolean>;
  readonly alias: Tried<string | null>;
}

/** Reads what a person should know about a user. Reads only, all at once. */
export async function readUser(iam: Iam, pace: Pace, userName: string): Promise<UserFacts> {
  const [keys, policies, consolePassword, alias] = await Promise.all([
    pace.attempt((signal) => iam.listAccessKeys(userName, signal), READ),
    pace.attempt((signal) => iam.listAttachedUserPolicies(userName, signal), READ),
    pace.attempt((signal) => iam.hasLoginProfile(userName, signal), READ),
    pace.attempt((signal) => iam.accountAlias(signal), READ),
  ]);
  return { keys, policies, consolePassword, alias };
}

/** True when a policy of AWS that gives all rights, or all rights over IAM, is attached. */
export function hasAdministratorPolicy(policies: readonly AttachedPolicy[]): boolean {
  return policies.some(({ arn }) => /:iam::aws:policy\/(?:AdministratorAccess|IAMFullAccess)$/.test(arn));
}

export const ADMINISTRATOR: Warning = {
  code: 'administrator',
  text: 'These credentials have administrator rights, far more than Rekey needs. Use the policy Rekey prints.',
};

/** Warnings about a user and its keys, and the age of the key in question. */
export function userWarnings(
  facts: UserFacts,
  accessKeyId: string,
  now: number,
  maxAgeDays: number,
): { readonly warnings: readonly Warning[]; readonly keyCreatedAt: number | null } {
  const warnings: Warning[] = [];
  let keyCreatedAt: number | null = null;
  if (facts.keys.ok) {
    const own = facts.keys.value.find((key) => key.accessKeyId === accessKeyId);
    keyCreatedAt = own?.createdAt ?? null;
    const old = keyCreatedAt === null ? null : ageWarning(keyCreatedAt, now, maxAgeDays);
    if (old !== null) warnings.push(old);
    if (keyCreatedAt === null) {
      warnings.push({
        code: 'could_not_check',
        text: 'Could not check the age of the key: AWS does not list it yet. Test again in a minute.',
      });
    }
    if (facts.keys.value.length > 1) {
      warnings.push({
        code: 'two_keys',
        text: `The user has ${facts.keys.value.length} access keys. A rotation needs a free slot: one must go first.`,
      });
    }
  } else {
    warnings.push(couldNotCheck('the age of the key and whether the user has another', facts.keys.failure));
  }
  if (!facts.consolePassword.ok) {
    warnings.push(couldNotCheck('whether the user has a console password', facts.consolePassword.failure));
  } else if (facts.consolePassword.value) {
    warnings.push({
      code: 'console_password',
      text: 'The same user can sign in to the console with a password. A key for programs should have a user of its own.',
    });
  }
  if (!facts.policies.ok) {
    warnings.push(couldNotCheck('whether AWS has quarantined the user', facts.policies.failure));
  }
  if (!facts.alias.ok) warnings.push(couldNotCheck('the alias of the account', facts.alias.failure));
  return { warnings, keyCreatedAt };
}
