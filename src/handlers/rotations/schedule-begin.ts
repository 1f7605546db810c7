import type { Connection } from '../../domain/connection.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { wholeDays } from '../../domain/time-words.ts';
import { shiftAt } from '../../domain/working-hours.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { isDenied } from '../../rotation/failures.ts';
import { alertWrites, wakeOutbox } from '../alert.ts';
import type { Services } from '../services.ts';
import { planFor } from './plan.ts';
import { cardPlace } from './rotatable.ts';
import { scheduledHits } from './schedule-look.ts';
import { isFresh, keepRefusal, refusalsOf, type Refusal } from './schedule-refusals.ts';
import { settersOf, type KeptSchedule } from './schedules.ts';
import { startByItself } from './start.ts';

/** So many keys are asked about in one turn: each takes some ten calls of AWS. */
const MOST_ASKED = 3;
/** The newest rotations of an account, among which the last one its schedule began is looked for. */
const LOOKED_AT = 50;

/** The schedule that holds for an account, and whose it is. */
export interface AccountSchedule {
  readonly connection: Connection;
  readonly kept: KeptSchedule;
}

/**
 * Begins one rotation of an account if its schedule wants one now: inside the window, apart from the last one, with
 * fewer open than it allows. AWS is asked first, and what it says may spare the key. True when one was begun.
 */
export async function beginScheduled(
  services: Services,
  { connection, kept }: AccountSchedule,
  signal: AbortSignal,
): Promise<boolean> {
  const { schedule } = kept;
  const { accountId } = connection;
  const now = services.clock.now();
  const apartMs = schedule.apartMinutes * 60_000;
  if (shiftAt(schedule.window, now) === null) return false;
  // One name for each slot: of two instances that would begin one in the same moment, one does.
  const claimId = `schedule:${accountId}:${Math.floor(now / apartMs)}`;
  if ((await services.stores.interactions.byId(claimId)) !== null) return false;
  const rotations = services.stores.rotation.rotations;
  const newest = await rotations.page({ state: null, accountId, open: null }, null, LOOKED_AT);
  const byItself = ({ trigger }: Rotation): boolean => trigger === 'policy';
  if (newest.filter(byItself).some(({ createdAt }) => Math.abs(now - createdAt) < apartMs)) return false;
  // However old: one that waits for a person for months counts as well.
  const open = await rotations.openOfAccount(accountId);
  if (open.filter(byItself).length >= schedule.mostAtOnce) return false;
  const refusals = await refusalsOf(services, accountId);
  const hits = (await scheduledHits(services, accountId, schedule)).filter(
    ({ accessKeyId }) => !isFresh(refusals.get(accessKeyId), now),
  );
  for (const key of hits.slice(0, MOST_ASKED)) {
    signal.throwIfAborted();
    const came = await begin(services, { connection, kept }, key, claimId, signal);
    if (came !== null && 'why' in came) await refuse(services, connection, key, came.why);
    else return came === null;
  }
  return false;
}

/** Null when it was begun; else what speaks against it. `later`: somebody was first, or AWS could not be asked. */
async function begin(
  services: Services,
  { connection, kept }: AccountSchedule,
  key: InventoryKey,
  claimId: string,
  signal: AbortSignal,
): Promise<null | { readonly why: string } | { readonly later: true }> {
  try {
    const plan = await planFor(services, key, null, signal);
    const refused = plan.destinations.find(({ refusal }) => refusal !== null);
    if (plan.problems.length > 0) {
      return { why: plan.problems.map(({ what, next }) => `${what} ${next}`).join(' ') };
    }
    // Whoever reads the one that takes nothing yet would be left with the old key.
    if (refused !== undefined) return { why: `${refused.destination.name}: ${refused.refusal ?? ''}` };
    await startByItself(services, claimId, {
      accessKeyId: key.accessKeyId,
      destinationIds: plan.destinations.map(({ destination }) => destination.id),
      reason: reasonOf(key, services.clock.now()),
      planned: { snapshot: plan.snapshot, quietMs: plan.quietMs },
      card: await placeOf(services, connection),
      scheduledBy: settersOf(kept),
    });
    return null;
  } catch (error) {
    if (isConflict(error)) return { later: true };
    if (error instanceof AwsFailure && !isDenied(error)) {
      services.log.warn('AWS could not be asked about a key that is due', {
        accessKeyId: key.accessKeyId,
        error,
      });
      // It may pass: the others of the account would meet the same.
      return { later: true };
    }
    if (error instanceof AwsFailure) return { why: `AWS does not allow it: ${error.action}.` };
    if (error instanceof RekeyError && error.code !== 'internal') return { why: error.message };
    throw error;
  }
}

function reasonOf({ createdAt }: InventoryKey, now: number): Rotation['reason'] {
  return createdAt === null
    ? 'by schedule'
    : `by schedule: the key is ${wholeDays(now - createdAt)} days old`;
}

/** As of any rotation; the first admin where there is no channel, since nobody asked. */
function placeOf(services: Services, { accountId }: Connection): ReturnType<typeof cardPlace> {
  return cardPlace(services, accountId, services.admins[0] ?? '');
}

/** Keeps what spoke against it, and tells it once. */
async function refuse(
  services: Services,
  connection: Connection,
  { accountId, accessKeyId, userName }: InventoryKey,
  why: string,
): Promise<void> {
  const known: ReadonlyMap<string, Refusal> = await refusalsOf(services, accountId);
  const correlationId = services.ids.next();
  const message = services.presenter.sparedMessage({ accessKeyId, userName, why });
  const told =
    known.get(accessKeyId)?.why === why
      ? []
      : (
          await alertWrites(services, {
            target: await placeOf(services, connection),
            message,
            correlationId,
          })
        ).writes;
  await services.stores.atomically([keepRefusal(services, accountId, known, accessKeyId, why), ...told]);
  await wakeOutbox(services);
}
