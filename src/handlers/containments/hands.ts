import type { Connection } from '../../domain/connection.ts';
import { quotedName } from '../../domain/connection.ts';
import type { Containment } from '../../domain/containment.ts';
import type { Capability } from '../../domain/verification.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { AwsFailureCode, Iam, Urgency } from '../../ports/aws.ts';
import type { IamDeny } from '../../ports/iam-deny.ts';
import type { IamRoles } from '../../ports/iam-roles.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { answerOf, connectedTo } from '../key-policy.ts';
import type { Containing } from './containing.ts';

/** IAM of an account, signed by one connection. */
export interface Tools {
  readonly iam: Iam;
  readonly deny: IamDeny;
  readonly roles: IamRoles;
  readonly connection: Connection;
}

/**
 * Whoever may act in an account, one after another: where AWS refuses one, the next tries. Throws the AwsFailure of the
 * first that was refused, or of whoever met another trouble.
 */
export type Hands = <T>(work: (tools: Tools) => Promise<T>) => Promise<T>;

/** Whom nobody may sign as, as far as that is known. */
export type Target = Pick<Containment, 'accountId' | 'userName' | 'userId' | 'userArn' | 'holders' | 'keys'>;

/** AWS said no to who signed, and did nothing. */
const REFUSED: ReadonlySet<AwsFailureCode> = new Set<AwsFailureCode>([
  'denied_by_policy',
  'denied_by_source_ip',
  'denied_by_organization',
  'key_not_active',
  'wrong_secret',
  'expired_session',
  'no_credentials',
]);
/** Somebody waits: throttled calls are sent again soon; ms. */
const THROTTLED_WAITS_MS = [200, 500, 1_000] as const;

/**
 * Who may contain a user: first those whose last check says so, then those of which it is not known, then those it
 * said *no* of, since checks grow old and trying changes nothing that is not wanted; oldest first. Never one that signs
 * as that user. Throws `needs_person` with the reason when there is nobody. `urgency`: of what is read of users.
 */
export async function handsFor(
  services: Containing,
  target: Target,
  signal: AbortSignal,
  urgency: Urgency = 'person',
): Promise<Hands> {
  const { able, same } = await signersFor(services, target);
  if (able.length === 0) throw nobody(target.accountId, same);
  return handsOf(services, able, signal, new Map(), urgency);
}

/** Connections that may act (or have another capability), in order, and those that sign as the user itself. */
export async function signersFor(
  services: Containing,
  target: Target,
  capability: Capability = 'contain',
): Promise<{ readonly able: readonly Connection[]; readonly same: readonly Connection[] }> {
  const ours = connectedTo(await services.stores.connections.list(), target.accountId);
  const hostArn = ours.some(({ method }) => method === 'role') ? await hostArnOf(services) : null;
  const isSame = (each: Connection): boolean => signsAs(each, target, hostArn);
  const that = (answer: 'yes' | 'unknown' | 'no'): Connection[] =>
    ours.filter((each) => answerOf(each, capability) === answer && !isSame(each));
  const able = [...that('yes'), ...that('unknown'), ...that('no')];
  // Whoever assumes the roles is not known: it may be the user itself, so that they come last.
  const isDoubtful = ({ method }: Connection): boolean => method === 'role' && hostArn === null;
  return {
    able: [...able.filter((each) => !isDoubtful(each)), ...able.filter(isDoubtful)],
    same: ours.filter(isSame),
  };
}

/** A role is assumed by the host identity: where that is the user to be denied, the role goes with it. */
function signsAs(connection: Connection, target: Target, hostArn: string | null): boolean {
  const { method, uniqueId, arn, accessKeyId } = connection;
  if (method === 'role') return hostArn !== null && isArnOf(hostArn, target);
  const ids = [...target.holders, ...target.keys].map((each) => each.accessKeyId);
  return (
    (uniqueId !== null && uniqueId === target.userId) ||
    isArnOf(arn, target) ||
    (accessKeyId !== null && ids.includes(accessKeyId))
  );
}

/** By the name, too: not every policy allows to read the user's ARN. Names are unique in an account, whatever the path. */
function isArnOf(arn: string, { accountId, userArn, userName }: Target): boolean {
  if (arn === userArn) return true;
  const [, account, name] = /^arn:[^:]+:iam::(\d{12}):user\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return account === accountId && userName !== null && name?.toLowerCase() === userName.toLowerCase();
}

/** Who assumes the roles; null where that is not known though it was asked afresh. */
export async function hostArnOf(services: Pick<Containing, 'hostIdentity' | 'log'>): Promise<string | null> {
  try {
    const last = await services.hostIdentity();
    const host = last.available ? last : await services.hostIdentity('afresh');
    return host.available ? host.arn : null;
  } catch (error) {
    services.log.warn('the host identity is not known', { error });
    return null;
  }
}

/** What connections sign with, opened already, by their ids. */
export type OpenedTools = Map<string, Promise<Tools>>;

/** The same by whichever connections are given, in their order. */
export function handsOf(
  services: Containing,
  connections: readonly Connection[],
  signal: AbortSignal,
  opened: OpenedTools = new Map(),
  urgency: Urgency = 'person',
): Hands {
  return async (work) => {
    let first: AwsFailure | RekeyError | null = null;
    for (const connection of connections) {
      const tools = opened.get(connection.id) ?? toolsOf(services, connection, urgency);
      opened.set(connection.id, tools);
      try {
        const opening = await tools;
        return await patiently(services, () => work(opening), signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        first ??= error;
        // A session that ended is asked for anew at the next turn.
        if (connection.roleArn !== null) services.sessions.forget(connection.roleArn);
      }
    }
    throw first ?? new RekeyError('internal', 'Nobody was there to act.');
  };
}

async function toolsOf(
  { aws, ...services }: Containing,
  connection: Connection,
  urgency: Urgency,
): Promise<Tools> {
  const credentials = await credentialsOf(services, connection);
  const { accountId, partition } = connection;
  return {
    iam: aws.iam(credentials, partition, { accountId, urgency }),
    deny: aws.iamDeny(credentials, partition, { accountId }),
    roles: aws.iamRoles(credentials, partition, { accountId }),
    connection,
  };
}

function isRefusal(error: unknown): error is AwsFailure | RekeyError {
  return error instanceof RekeyError || (error instanceof AwsFailure && REFUSED.has(error.code));
}

async function patiently<T>(
  { clock }: Pick<Containing, 'clock'>,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (const wait of THROTTLED_WAITS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.code !== 'throttled') throw error;
      // Who is to stop meanwhile knows no more than that.
      await clock.sleep(wait, signal).catch(() => {
        throw error;
      });
    }
  }
  return work();
}

/** Why nobody may act in an account; `same`: those that would, but sign as the contained user. */
export function nobody(accountId: string, same: readonly Connection[]): RekeyError {
  const [one] = same;
  if (one !== undefined) {
    const way =
      one.method === 'role' ? 'Rekey’s own identity on its host' : `the connection ${quotedName(one.name)}`;
    return new RekeyError(
      'needs_person',
      `This key belongs to the user that Rekey itself signs as (${way}), so that Rekey would lock itself out half-way.`,
      {
        next: `Connect the account ${accountId} a second time, by a role or by another user with the capability contain, and try again. Until then: make the key Inactive in the IAM console.`,
      },
    );
  }
  return new RekeyError('needs_person', `Nothing connects to the account ${accountId}.`, {
    next: 'An admin connects it (again) with `/aws-connect`. Until then, only whoever has rights there can act, in its IAM console.',
  });
}
