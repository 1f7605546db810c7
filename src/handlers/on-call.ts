import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../domain/notice.ts';
import type { OnCall, OnCallRef } from '../domain/on-call.ts';
import { RekeyError } from '../errors.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import { FRESH_MS } from './group-members.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';
import { whyNoMember } from './reach.ts';

const ON_CALL = 'on_call';

const setting: z.ZodType<OnCall> = z.object({
  kind: z.enum(['user', 'group']),
  id: z.string(),
  least: z.enum(SEVERITIES),
  setBy: z.string(),
  setAt: z.number(),
});

/** Who is mentioned, or null. */
export async function onCallSetting({ stores }: Pick<Services, 'stores'>): Promise<OnCall | null> {
  const kept = await stores.settings.get(ON_CALL);
  return kept === null ? null : setting.parse(JSON.parse(kept));
}

/** Who is mentioned for something of this severity; null: nobody. */
export async function onCallFor(
  services: Pick<Services, 'stores'>,
  severity: Severity,
): Promise<OnCall | null> {
  const set = await onCallSetting(services);
  return set !== null && isAtLeast(severity, set.least) ? set : null;
}

export interface OnCallInput extends OnCallRef {
  readonly least: Severity;
}

/** Sets who is mentioned, after Slack said that there is such a person or group. Admins may. */
export async function setOnCall(
  services: Services,
  request: Request,
  { kind, id, least }: OnCallInput,
): Promise<OnCall> {
  authorise(request.actor, 'admin', 'change settings', services.admins);
  await refuseNobody(services, { kind, id });
  const now = services.clock.now();
  const set: OnCall = { kind, id, least, setBy: request.actor.userId, setAt: now };
  await claimAndWrite(services, request, [
    services.stores.settings.set(ON_CALL, JSON.stringify(set), now),
    changed(services, request, 'settings.on_call', { kind, id, least }),
  ]);
  return set;
}

/** Mentions nobody any more. Admins may. */
export async function removeOnCall(services: Services, request: Request): Promise<void> {
  authorise(request.actor, 'admin', 'change settings', services.admins);
  const before = await onCallSetting(services);
  if (before === null) return;
  const { kind, id, least } = before;
  await claimAndWrite(services, request, [
    services.stores.settings.remove(ON_CALL),
    changed(services, request, 'settings.on_call_removed', { kind, id, least }),
  ]);
}

/** A mention of nobody would be silent when it matters. */
async function refuseNobody(services: Services, { kind, id }: OnCallRef): Promise<void> {
  if (kind === 'group') {
    const [group] = await services.people.groupsNamed(id);
    if (group !== undefined) return;
    throw new RekeyError('invalid', 'There is no such user group.', { field: 'mentionGroup' });
  }
  const why = whyNoMember(services, await services.people.person(id, FRESH_MS));
  if (why === null) return;
  throw new RekeyError('invalid', `That person ${why}: a mention would reach nobody.`, {
    field: 'mentionPerson',
  });
}

function changed(
  services: Services,
  { actor, correlationId }: Request,
  verb: string,
  detail: Readonly<Record<string, unknown>>,
): ReturnType<typeof auditOutcome> {
  const act = {
    doer: personOf(actor),
    verb,
    entityKind: 'settings',
    entityId: ON_CALL,
    correlationId,
    detail,
  };
  return auditOutcome(services, act, 'done');
}
