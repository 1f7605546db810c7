import type { Connection } from '../../domain/connection.ts';
import { known, unknown, type Known } from '../../domain/known.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { hasAdministratorPolicy } from '../../verification/user-facts.ts';
import { ADMINISTRATOR_ACTIONS } from '../../verification/capabilities.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { connectedTo } from '../key-policy.ts';
import type { Services } from '../services.ts';

type Asking = Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws' | 'clock'>;

/** Whoever may call one of these on everything can become anybody. */
const ACTIONS = [
  ...ADMINISTRATOR_ACTIONS,
  'iam:AttachUserPolicy',
  'iam:PutUserPolicy',
  'iam:AddUserToGroup',
  'iam:CreateAccessKey',
];

export interface AskedUser {
  readonly accountId: string;
  readonly userName: string;
  /** With its path, as IAM tells it. */
  readonly arn: string;
}

/**
 * Whether a user has rights like an administrator's, read now. IAM's simulation answers for groups, inline policies and
 * boundaries too; where no connection may ask for it, an attached policy of AWS can still prove a yes, and never a no.
 * Never throws for AWS.
 */
export async function readAdministrator(
  services: Asking,
  user: AskedUser,
  signal: AbortSignal,
): Promise<Known<boolean>> {
  const now = services.clock.now();
  const connections = connectedTo(await services.stores.connections.list(), user.accountId);
  let why = 'nothing connects to its account';
  for (const connection of connections) {
    const found = await ask(services, connection, user, signal);
    if (typeof found === 'boolean') return known(found, now);
    why = found;
  }
  return unknown(why, now);
}

/** The answer, or why this connection gives none. */
async function ask(
  services: Asking,
  connection: Connection,
  { arn, userName }: AskedUser,
  signal: AbortSignal,
): Promise<boolean | string> {
  try {
    const { accountId, partition } = connection;
    const credentials = await credentialsOf(services, connection);
    const iam = services.aws.iam(credentials, partition, { accountId, urgency: 'person' });
    try {
      const decisions = await iam.simulate({ principalArn: arn, actions: ACTIONS, resource: '*' }, signal);
      return ACTIONS.some((action) => decisions.get(action) === 'allowed');
    } catch (error) {
      const byPolicy = hasAdministratorPolicy(await iam.listAttachedUserPolicies(userName, signal));
      return byPolicy ? true : whyNot(error);
    }
  } catch (error) {
    return whyNot(error);
  }
}

function whyNot(error: unknown): string {
  if (error instanceof RekeyError) return error.message;
  if (!(error instanceof AwsFailure)) throw error;
  if (error.code.startsWith('denied_')) return `not allowed: ${error.action}`;
  return `${error.action}: ${error.code.replaceAll('_', ' ')}`;
}
