import { holds, type Actor } from '../domain/actor.ts';
import type { Rotation } from '../domain/rotation.ts';
import { actsOf } from '../domain/rotation-acts.ts';
import { permissionFor } from './rotations/may.ts';
import type { Services } from './services.ts';

/** Blocked rotations Home looks through, newest first. */
const LOOKED_THROUGH = 50;
const SHOWN = 5;

/** What Home says of rotations; bounded, since it is drawn often. */
export interface HomeRotations {
  readonly open: number;
  /** Those that wait for somebody, and this person may decide. */
  readonly waiting: readonly Rotation[];
  readonly moreWaiting: boolean;
}

/** Reads what Home says of rotations; people without a role learn of none. */
export async function lookHomeRotations(services: Services, actor: Actor): Promise<HomeRotations> {
  if (!holds(actor.roles, 'viewer')) return { open: 0, waiting: [], moreWaiting: false };
  const { rotations } = services.stores.rotation;
  const filter = { state: 'blocked', accountId: null, open: true } as const;
  const blocked = await rotations.page(filter, null, LOOKED_THROUGH);
  const mine = await Promise.all(blocked.map((rotation) => decides(services, actor, rotation)));
  const waiting = blocked.filter((_, at) => mine[at]);
  return {
    open: await rotations.countOpen(),
    waiting: waiting.slice(0, SHOWN),
    moreWaiting: waiting.length > SHOWN,
  };
}

/** Whether one of the choices of its block is this person's. */
async function decides(services: Services, actor: Actor, rotation: Rotation): Promise<boolean> {
  const choices = actsOf(rotation, services.clock.now()).filter((act) =>
    rotation.block?.choices.some((choice) => choice === act),
  );
  const may = await Promise.all(choices.map((act) => permissionFor(services, actor, rotation, act)));
  return may.some(({ allowed }) => allowed);
}
