import { holds, type Actor } from '../domain/actor.ts';
import type { Connection } from '../domain/connection.ts';
import { PAGER_OUTLET, type Outlet } from '../domain/notice.ts';
import type { Pause, Stop } from '../domain/pause.ts';
import type { HostIdentity } from '../ports/aws.ts';
import { lookHomeKeys, type HomeKeys } from './look-home-keys.ts';
import { lookHomeRotations, type HomeRotations } from './look-home-rotations.ts';
import { lookHomeWatch, type HomeWatch } from './look-home-watch.ts';
import { pauseOf } from './pause.ts';
import { scheduleStop } from './rotations/schedule-stop.ts';
import { keptSchedules } from './rotations/schedules.ts';
import { alertChannel, type AlertChannel } from './settings.ts';
import type { Services } from './services.ts';

/** What the Home page of one person is made of. */
export interface HomeLook {
  readonly actor: Actor;
  readonly connections: readonly Connection[];
  readonly alertChannel: AlertChannel;
  readonly host: HostIdentity;
  readonly admins: readonly string[];
  readonly undelivered: Undelivered;
  readonly keys: HomeKeys;
  readonly rotations: HomeRotations;
  readonly watch: HomeWatch;
  readonly pause: Pause | null;
  /** For how many connections rotation by schedule is on, and its stop. */
  readonly schedules: { readonly on: number; readonly stop: Stop | null };
  readonly now: number;
}

/** What did not reach whom it was meant for; for admins. */
export interface Undelivered {
  /** Channels that take no alerts, and the pager, when it takes no pages. */
  readonly troubles: readonly Outlet[];
  /** How many notices were given up in the last week, and why the last of them was. */
  readonly lost: number;
  readonly lastLoss: string | null;
}

const NOTHING: Undelivered = { troubles: [], lost: 0, lastLoss: null };
/** How long Home speaks of a notice that was given up. */
const LOSS_SHOWN_MS = 7 * 86_400_000;
/** And of a channel that nothing is sent to any more. */
const UNUSED_SHOWN_MS = 86_400_000;

/** Reads the Home page; people without a role see nobody's connections. */
export async function lookHome(services: Services, actor: Actor): Promise<HomeLook> {
  const mayLook = holds(actor.roles, 'viewer');
  const connections = mayLook ? await services.stores.connections.list() : [];
  const alerts = await alertChannel(services);
  const inUse = [alerts.channelId, ...connections.map((connection) => connection.alertChannel)];
  return {
    actor,
    connections,
    alertChannel: alerts,
    host: await services.hostIdentity(),
    admins: services.admins,
    undelivered: holds(actor.roles, 'admin') ? await readUndelivered(services, inUse) : NOTHING,
    keys: await lookHomeKeys(services, actor),
    rotations: await lookHomeRotations(services, actor),
    watch: await lookHomeWatch(services, actor),
    pause: mayLook ? await pauseOf(services) : null,
    schedules: await readSchedules(services, connections),
    now: services.clock.now(),
  };
}

async function readSchedules(
  services: Services,
  connections: readonly Connection[],
): Promise<HomeLook['schedules']> {
  if (connections.length === 0) return { on: 0, stop: null };
  const kept = await keptSchedules(services);
  const on = connections.filter(({ id }) => kept.get(id)?.schedule.on === true).length;
  return { on, stop: on === 0 ? null : await scheduleStop(services) };
}

async function readUndelivered(
  { stores, clock }: Services,
  inUse: readonly (string | null)[],
): Promise<Undelivered> {
  const now = clock.now();
  const { count, last } = await stores.notices.lost(now - LOSS_SHOWN_MS);
  const troubles = (await stores.outlets.troubled()).filter(
    ({ id, troubleAt }) =>
      id === PAGER_OUTLET || inUse.includes(id) || (troubleAt !== null && now - troubleAt < UNUSED_SHOWN_MS),
  );
  return { troubles, lost: count, lastLoss: last?.lastError ?? null };
}
