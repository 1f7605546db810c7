import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import type { Stop } from '../domain/pause.ts';
import { RekeyError } from '../errors.ts';
import type { Message } from '../ports/slack.ts';
import type { Write } from '../ports/stores.ts';
import { alertTeam } from './alert-team.ts';
import { auditOutcome } from './audit.ts';
import { claimUnlessOvertaken } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

const shape: z.ZodType<Stop> = z.object({ by: z.string(), why: z.string(), at: z.number() });

/** What it takes to set or end a stop that is kept as a setting; who may is for the caller to ask. */
export interface StopAct {
  /** The setting's name. */
  readonly setting: string;
  /** As the audit log calls the act. */
  readonly verb: string;
  /** Told to the team. */
  readonly said: Message;
}

/** The stop kept under a name, or null. */
export async function stopOf(
  { stores }: { stores: Pick<Services['stores'], 'settings'> },
  setting: string,
): Promise<Stop | null> {
  const value = await stores.settings.get(setting);
  return value === null ? null : shape.parse(JSON.parse(value));
}

/** Sets it on every instance; throws `conflict`, in the words of `taken`, when somebody was first. */
export async function setStop(
  services: Services,
  request: Request,
  { why, taken, ...act }: StopAct & { readonly why: string; readonly taken: (by: string) => string },
): Promise<void> {
  const before = await stopOf(services, act.setting);
  if (before !== null) throw new RekeyError('conflict', taken(before.by));
  const set: Stop = { by: request.actor.userId, why, at: services.clock.now() };
  const write = services.stores.settings.replace(act.setting, null, JSON.stringify(set), set.at);
  const lost = await written(services, request, act, why, write);
  if (lost === null) return;
  const first = await stopOf(services, act.setting);
  throw first === null ? lost : new RekeyError('conflict', taken(first.by), { cause: lost });
}

/** Ends it; throws `conflict`, in the words of `over`, when somebody was first. */
export async function endStop(
  services: Services,
  request: Request,
  { over, ...act }: StopAct & { readonly over: string },
): Promise<void> {
  if ((await stopOf(services, act.setting)) === null) throw new RekeyError('conflict', over);
  const lost = await written(services, request, act, '', services.stores.settings.remove(act.setting));
  if (lost !== null) throw lost;
}

/** Null when it was; else the conflict of what somebody else changed first. */
async function written(
  services: Services,
  request: Request,
  { setting, verb, said }: StopAct,
  why: string,
  write: Write,
): Promise<RekeyError | null> {
  const { actor, correlationId } = request;
  const act = {
    doer: personOf(actor),
    verb,
    entityKind: 'settings',
    entityId: setting,
    correlationId,
    why,
  };
  return claimUnlessOvertaken(services, request, [
    write,
    auditOutcome(services, act, 'done'),
    ...(await alertTeam(services, said, correlationId)),
  ]);
}
