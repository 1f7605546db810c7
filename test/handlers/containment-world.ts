import type { Account, NewKey, User } from '../../sandbox/aws/world.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { Containment } from '../../src/domain/containment.ts';
import { beginContainment, type ContainInput } from '../../src/handlers/containments/begin.ts';
import { pursue } from '../../src/handlers/containments/pursue.ts';
import type { Request } from '../../src/handlers/request.ts';
import type { Services } from '../../src/handlers/services.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import { keptIncident } from '../db/watch-samples.ts';
import type { InventoryWorld } from '../pollers/world.ts';
import { told } from '../pollers/watch-world.ts';
import { PATIENT } from '../pollers/world.ts';

export const RESPONDER: Actor = { teamId: 'T0', userId: 'U0RESP', roles: ['responder'], rolesUnsure: null };
export const OTHER: Actor = { ...RESPONDER, userId: 'U0OTHER' };

/** What the handlers work with here: an alert channel, and no role but keys. */
export function servicesFor(world: InventoryWorld, changes: Partial<Services> = {}): Services {
  return {
    ...world.services,
    defaultAlertChannel: 'C0ALERTS',
    hostIdentity: () => Promise.resolve({ available: false, why: 'none', mend: 'none' }),
    ...changes,
  };
}

export function request(services: Services, actor: Actor = RESPONDER, claimId?: string): Request {
  const id = services.ids.next();
  return { actor, correlationId: id, viewId: null, claimId: claimId ?? id, name: 'test' };
}

/** A user with one key. */
export function victim(
  account: Account,
  name = 'alice',
  rights = ['AdministratorAccess'],
): { user: User; key: NewKey } {
  const user = account.addUser(name, { attached: rights });
  return { user, key: user.addKey() };
}

export function stolen(key: Pick<NewKey, 'accessKeyId'>, changes: Partial<ContainInput> = {}): ContainInput {
  return {
    accessKeyId: key.accessKeyId,
    incidentId: null,
    kind: 'stolen',
    reason: 'seen on a paste site',
    ...changes,
  };
}

/** An incident of a key, as the watcher files it. */
export async function incidentOf(
  services: Services,
  id: string,
  { accessKeyId }: Pick<NewKey, 'accessKeyId'>,
): Promise<void> {
  const { incidents } = services.stores.watch;
  await services.stores.atomically([
    incidents.insert(keptIncident({ id, subject: accessKeyId, userName: null })),
  ]);
}

/** Contains as whoever waits for it does. */
export async function contain(
  services: Services,
  input: ContainInput,
  actor: Actor = RESPONDER,
): Promise<Containment> {
  const begun = await beginContainment(services, request(services, actor), input);
  return settled(services, begun.id);
}

/** Pursues it to where nothing is left to do but to hold. */
export async function settled(services: Services, id: string): Promise<Containment> {
  const row = await pursue(services, id, 60_000, PATIENT);
  if (row === null) throw new Error('The containment is gone');
  return row;
}

/** Lets the time of a hold pass, tick by tick. */
export async function holdFor(world: InventoryWorld, services: Services, ms: number): Promise<number> {
  const until = world.clock.now() + ms;
  let ticks = 0;
  for (;;) {
    const next = await services.stores.containments.nextAt();
    if (next === null || next > until) break;
    world.forward(Math.max(0, next - world.clock.now()));
    ticks += await holdPass(services, PATIENT);
  }
  world.forward(Math.max(0, until - world.clock.now()));
  return ticks;
}

export async function read(services: Services, id: string): Promise<Containment> {
  const row = await services.stores.containments.byId(id);
  if (row === null) throw new Error('The containment is gone');
  return row;
}

/** How the user truly stands in the stand-in. */
export function truth(user: User): { keys: string[]; attached: string[]; inline: string[] } {
  return {
    keys: user.keys.existing().map((key) => key.currentStatus),
    attached: [...user.policies.attachedArns()].map((arn) => arn.slice(arn.lastIndexOf('/') + 1)).toSorted(),
    inline: [...user.policies.inlineNames()].toSorted(),
  };
}

/** All that was told since it was asked last: messages, edits and lines in threads. */
export async function saidSince(world: InventoryWorld): Promise<string> {
  return JSON.stringify((await told(world)).all.map(({ text, blocks }) => [text, blocks]));
}
