import { z } from 'zod';
import { ASK_AFTER_MS, isOff, isTakenBack, type Aftermath } from '../../domain/aftermath.ts';
import { incidentsOf } from '../../domain/containment-reasons.ts';
import { holdingOf, isOver, type Containment } from '../../domain/containment.ts';
import { ownersBefore } from '../../domain/owner-change.ts';
import type { Unreached } from '../../domain/owner.ts';
import { RekeyError } from '../../errors.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { reachOwners } from '../reach.ts';
import { KeptRows, type Kept } from '../kept-rows.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import type { Containing } from './containing.ts';
import { cardOf } from './tell.ts';

const PREFIX = 'containment-aftermath:';
/** While Slack cannot say who somebody is, it is tried again; after so long nobody is asked; ms. */
const PATIENCE_MS = 30 * 60_000;

const shape: z.ZodType<Aftermath> = z.object({
  containmentId: z.string(),
  confirmedAt: z.number().nullable(),
  told: z.array(z.object({ userId: z.string(), accessKeyId: z.string() })),
  keys: z.array(z.string()),
  again: z.boolean().optional(),
  asked: z.array(z.object({ userId: z.string(), noticeId: z.string() })),
});

const rows = new KeptRows(PREFIX, shape, ({ containmentId }) => containmentId);

/** The write that lets people be told and asked, for the batch in which IAM's confirmation is kept; else none. */
export async function aftermathWrites(
  services: Pick<Containing, 'stores' | 'clock'>,
  before: Containment,
  after: Containment,
): Promise<Write[]> {
  if (before.confirmedAt !== null || after.confirmedAt === null) return [];
  const kept = await aftermathOf(services, after.id);
  const next: Aftermath = {
    containmentId: after.id,
    told: [],
    keys: [],
    asked: [],
    ...kept?.row,
    confirmedAt: after.confirmedAt,
  };
  return [rows.set(services.stores, next, services.clock.now())];
}

/** What people heard so far was of something else: they are told, and asked, as if they had heard nothing. */
export async function untell(
  services: Pick<Containing, 'stores' | 'clock'>,
  containmentId: string,
): Promise<Write[]> {
  const kept = await aftermathOf(services, containmentId);
  if (kept === null) return [];
  return [replaced(services, kept, { ...kept.row, told: [], keys: [], asked: [], again: undefined })];
}

export async function aftermathOf(
  { stores }: Pick<Services, 'stores'>,
  containmentId: string,
): Promise<Kept<Aftermath> | null> {
  return rows.read(stores, containmentId);
}

/**
 * Tells owners that their keys are off, asks ten minutes later whether anything broke, and tells owners again when it is
 * over; each once. Any number of processes may. Answers how many times somebody was told or asked.
 */
export async function followContainments(services: Services, signal: AbortSignal): Promise<number> {
  const { stores, log } = services;
  let told = 0;
  const all = await rows.all(stores);
  // Most stand for months, and nobody is to be asked any more: only their end matters.
  const asked = all.filter(({ row }) => row.confirmedAt === null && row.again !== true);
  const states = await stores.containments.states(asked.map(({ row }) => row.containmentId));
  const rests = ({ row }: Kept<Aftermath>): boolean => {
    const state = states.get(row.containmentId);
    return state !== undefined && !isTakenBack({ state }) && !isOver(state);
  };
  for (const kept of all) {
    if (signal.aborted) break;
    if (rests(kept)) continue;
    const { containmentId } = kept.row;
    try {
      if (await follow(services, kept)) told += 1;
    } catch (error) {
      log.warn('people could not be asked about a containment', { containmentId, error });
    }
  }
  if (told > 0) await wakeOutbox(services);
  return told;
}

async function follow(services: Services, kept: Kept<Aftermath>): Promise<boolean> {
  const { row: aftermath } = kept;
  const row = await services.stores.containments.byId(aftermath.containmentId);
  if (row === null || isTakenBack(row) || isOver(row.state)) return tellEnd(services, kept, row);
  if (!isOff(row)) return false;
  const fresh = [...new Set(holdingOf(row).map(({ accessKeyId }) => accessKeyId))].filter(
    (accessKeyId) => !aftermath.keys.includes(accessKeyId),
  );
  if (fresh.length > 0 && row.confirmedAt !== null) {
    // That a key is off is worth telling as long as it is, however long Slack was away.
    const told = await tellOwners(services, kept, row, fresh);
    if (told !== null) return told;
    if (aftermath.confirmedAt === null) return false;
  }
  const { confirmedAt } = aftermath;
  // Another reason joined meanwhile: that is confirmed anew, and asked about then.
  const isDue = confirmedAt !== null && services.clock.now() >= confirmedAt + ASK_AFTER_MS;
  return isDue && row.confirmedAt !== null ? askWhatBroke(services, kept, row, fresh.length > 0) : false;
}

/** To each owner one message about all of their keys that are off since; null while Slack cannot say who they are. */
async function tellOwners(
  services: Services,
  kept: Kept<Aftermath>,
  row: Containment,
  accessKeyIds: readonly string[],
): Promise<boolean | null> {
  const { row: aftermath } = kept;
  const found = await ownersByKey(services, row, accessKeyIds, Infinity);
  if (found === null) return null;
  const card = await cardOf(services, row);
  const people = [...new Set(found.flatMap((each) => each.people))];
  const keysOf = (userId: string): readonly string[] =>
    found.flatMap((each) => (each.people.includes(userId) ? [each.accessKeyId] : []));
  const messages = people.map((userId) => ({
    userId,
    message: services.presenter.keyShutOff(card, keysOf(userId)),
  }));
  const told = people.flatMap((userId) => keysOf(userId).map((accessKeyId) => ({ userId, accessKeyId })));
  return writeIfUnchanged(services, [
    replaced(services, kept, {
      ...aftermath,
      told: [...aftermath.told, ...told],
      keys: [...aftermath.keys, ...accessKeyIds],
      again: undefined,
    }),
    ...(await privately(services, row, messages)).flatMap(({ writes }) => writes),
    audited(services, row, 'containment.tell_owner', { told: people, keys: accessKeyIds }),
  ]);
}

/** `untold`: not all owners could be told that their key is off. */
async function askWhatBroke(
  services: Services,
  kept: Kept<Aftermath>,
  row: Containment,
  untold: boolean,
): Promise<boolean> {
  const { presenter } = services;
  const { row: aftermath } = kept;
  const keys = [...new Set(holdingOf(row).map(({ accessKeyId }) => accessKeyId))];
  const found = await ownersByKey(services, row, keys, PATIENCE_MS);
  if (found === null) return false;
  const card = await cardOf(services, row);
  const people = [...new Set(found.flatMap((each) => each.people))];
  const message = presenter.brokenQuestion(card, null);
  const sent = await privately(
    services,
    row,
    people.map((userId) => ({ userId, message })),
  );
  const out = found.flatMap((each) => each.out);
  return writeIfUnchanged(services, [
    replaced(services, kept, {
      ...aftermath,
      confirmedAt: null,
      again: untold || undefined,
      asked: sent.map(({ userId, noticeId }) => ({ userId, noticeId })),
    }),
    ...sent.flatMap(({ writes }) => writes),
    ...(await threadWrites(services, row, [presenter.brokenQuestion(card, out)])),
    audited(services, row, 'containment.ask', { asked: people }),
  ]);
}

/** It is over: who was told that a key is off hears that, and all of this is forgotten. */
async function tellEnd(services: Services, kept: Kept<Aftermath>, row: Containment | null): Promise<boolean> {
  const { stores, clock, presenter } = services;
  const { row: aftermath } = kept;
  const people = [...new Set(aftermath.told.map(({ userId }) => userId))];
  const card = row === null ? null : await cardOf(services, row);
  const messages =
    card === null
      ? []
      : people.map((userId) => ({
          userId,
          message: presenter.keyTakenBack(
            card,
            aftermath.told.flatMap((each) => (each.userId === userId ? [each.accessKeyId] : [])),
          ),
        }));
  const sent = row === null ? [] : await privately(services, row, messages);
  const written = await writeIfUnchanged(services, [
    ...rows.forget(stores, kept, clock.now()),
    ...sent.flatMap(({ writes }) => writes),
  ]);
  return written && sent.length > 0;
}

interface OwnersOfKey {
  readonly accessKeyId: string;
  readonly people: readonly string[];
  readonly out: readonly Unreached[];
}

/** Null: Slack cannot say now, and it is tried again later. */
async function ownersByKey(
  services: Services,
  { confirmedAt, stateAt, createdAt }: Containment,
  accessKeyIds: readonly string[],
  patienceMs: number,
): Promise<readonly OwnersOfKey[] | null> {
  const { stores, clock } = services;
  try {
    return await Promise.all(
      accessKeyIds.map(async (accessKeyId) => {
        const standing = await stores.inventory.standings.byKey(accessKeyId);
        const ownership = ownersBefore(standing?.ownership ?? null, createdAt);
        return { accessKeyId, ...(await reachOwners(services, ownership)) };
      }),
    );
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    if (clock.now() - (confirmedAt ?? stateAt) < patienceMs) return null;
    const out = [{ owner: null, why: `Slack did not say who the owner is: ${error.message}` }];
    return accessKeyIds.map((accessKeyId) => ({ accessKeyId, people: [], out }));
  }
}

function privately(
  services: Services,
  { correlationId }: Containment,
  messages: readonly { readonly userId: string; readonly message: Message }[],
): Promise<{ readonly userId: string; readonly noticeId: string; readonly writes: Write[] }[]> {
  return Promise.all(
    messages.map(async ({ userId, message }) => ({
      userId,
      ...(await alertWrites(services, { target: { kind: 'person', userId }, message, correlationId })),
    })),
  );
}

function replaced(
  { stores, clock }: Pick<Containing, 'stores' | 'clock'>,
  { text }: Kept<Aftermath>,
  next: Aftermath,
): Write {
  return rows.put(stores, text, next, clock.now());
}

function audited(
  services: Services,
  row: Containment,
  verb: string,
  detail: Readonly<Record<string, unknown>>,
): Write {
  return auditOutcome(
    services,
    {
      doer: { kind: 'rekey' },
      verb,
      entityKind: 'containment',
      entityId: row.id,
      correlationId: row.correlationId,
      detail: { accountId: row.accountId, user: row.userName, incidents: incidentsOf(row), ...detail },
    },
    'done',
  );
}
