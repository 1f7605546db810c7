import { asText, textAt, textsAt, within } from '../../../detections/json.ts';
import { CONSOLE_ROLE_DENY, ROLE_SESSIONS_LIVE_MS } from '../../../domain/role-revocation.ts';
import type { Containment } from '../../../domain/containment.ts';
import type { AssumedRole } from '../../../domain/surroundings.ts';
import { RekeyError } from '../../../errors.ts';
import { AwsFailure } from '../../../ports/aws.ts';
import type { RoleDetail } from '../../../ports/iam-roles.ts';
import type { TrailEvent } from '../../../ports/trail.ts';
import type { Services } from '../../services.ts';
import { actionOf, callerNameOf, isAcceptedCall } from '../assumed.ts';
import { handsFor } from '../hands.ts';
import { trailFor, whyUnread } from '../prove.ts';

/** Pages of 50 events a region. */
const PAGES = 3;

/** Whom it hits when all sessions of a role end. What could not be read says why. */
export interface RoleFacts {
  /** Null where it could not be read. */
  readonly detail: RoleDetail | null;
  /** Services of AWS that may assume it, as `ec2.amazonaws.com`. */
  readonly services: readonly string[];
  /** Accounts, users, roles and identity providers that may. */
  readonly others: readonly string[];
  /** The text of the console's own revocation, where one stands already; null: none, or not read. */
  readonly consoleDeny: string | null;
  readonly trouble: string | null;
  /** Who assumed it in the last hours, how often; most often first. A text: why that is not known. */
  readonly assumed: readonly { readonly by: string; readonly count: number }[] | string;
}

/** Reads what revoking would hit; nothing here fails for want of an answer. */
export async function lookAtRole(
  services: Services,
  containment: Containment,
  role: AssumedRole,
  signal: AbortSignal,
): Promise<RoleFacts> {
  const [iam, assumed] = await Promise.all([
    readIam(services, containment, role, signal),
    readAssumed(services, containment, role, signal),
  ]);
  return { ...iam, assumed };
}

async function readIam(
  services: Services,
  containment: Containment,
  { name }: AssumedRole,
  signal: AbortSignal,
): Promise<Omit<RoleFacts, 'assumed'>> {
  const nothing = { detail: null, services: [], others: [], consoleDeny: null };
  try {
    const hands = await handsFor(services, containment, signal);
    const [detail, consoleDeny] = await Promise.all([
      hands(({ roles }) => roles.role(name, signal)),
      hands(({ roles }) => roles.rolePolicy(name, CONSOLE_ROLE_DENY, signal)),
    ]);
    if (detail === null) return { ...nothing, trouble: 'IAM knows no such role any more' };
    return { detail, ...trustedBy(detail.trust), consoleDeny, trouble: null };
  } catch (error) {
    if (error instanceof AwsFailure) return { ...nothing, trouble: whyUnread(error) };
    if (error instanceof RekeyError) return { ...nothing, trouble: error.message };
    throw error;
  }
}

/** Whom a trust policy lets in. */
function trustedBy(trust: string): Pick<RoleFacts, 'services' | 'others'> {
  let document: unknown;
  try {
    document = JSON.parse(trust);
  } catch {
    return { services: [], others: ['(its trust policy cannot be read)'] };
  }
  const statements = within(document, 'Statement');
  const list = (Array.isArray(statements) ? statements : [statements]).filter(
    (statement) => textAt(statement, 'Effect') === 'Allow',
  );
  const of = (kind: string): string[] => list.flatMap((statement) => textsAt(statement, 'Principal', kind));
  const anyone = list.some((statement) => asText(within(statement, 'Principal')) === '*')
    ? ['anybody (*)']
    : [];
  return {
    services: [...new Set(of('Service'))],
    others: [...new Set([...anyone, ...of('AWS'), ...of('Federated')])],
  };
}

async function readAssumed(
  services: Services,
  containment: Containment,
  { arn }: AssumedRole,
  signal: AbortSignal,
): Promise<RoleFacts['assumed']> {
  try {
    const trail = await trailFor(services, containment);
    if (trail === null) return 'no connection of the account may read CloudTrail';
    const to = services.clock.now();
    const window = { from: to - ROLE_SESSIONS_LIVE_MS, to };
    const seen = new Map<string, TrailEvent>();
    await Promise.all(
      (await trail.enabledRegions(signal)).map(async (region) => {
        let pages = 0;
        const question = { by: 'ResourceName', value: arn } as const;
        for await (const page of trail.lookUp(region, question, window, 'people', signal)) {
          if ((pages += 1) > PAGES) break;
          for (const event of page) seen.set(event.eventId, event);
        }
      }),
    );
    const counts = new Map<string, number>();
    for (const event of seen.values()) {
      if (!actionOf(event).startsWith('sts:AssumeRole') || !isAcceptedCall(event)) continue;
      const by = callerNameOf(event);
      counts.set(by, (counts.get(by) ?? 0) + 1);
    }
    return [...counts].map(([by, count]) => ({ by, count })).toSorted((a, b) => b.count - a.count);
  } catch (error) {
    if (error instanceof AwsFailure) return whyUnread(error);
    if (error instanceof RekeyError) return error.message;
    throw error;
  }
}
