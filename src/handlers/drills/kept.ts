import { z } from 'zod';
import { takesPart, type Drill, type DrillState, type DrillTimes } from '../../domain/drill.ts';
import type { Containment } from '../../domain/containment.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { KeptRows, type Kept } from '../kept-rows.ts';
import type { Services } from '../services.ts';

/** One drill at a time, kept as a setting; the last one stays, for the settings to tell of. */
const DRILL = 'drill';
/** Which containment a drill led to: written with the containment, whatever is written to the drill meanwhile. */
const CONTAINED = 'drill-contained:';

type Reading = { readonly stores: Pick<Services['stores'], 'settings'> };

const time = z.number().nullable();

const times: z.ZodType<DrillTimes> = z.object({
  deliveredAt: time,
  clickedAt: time,
  sentAt: time,
  confirmedAt: time,
  givenBackAt: time,
});

const state: z.ZodType<DrillState> = z.enum([
  'raised',
  'contained',
  'reported',
  'over',
  'recovered',
  'unanswered',
  'stopped',
  'overtaken',
]);

const shape: z.ZodType<Drill> = z.object({
  id: z.string(),
  accessKeyId: z.string(),
  accountId: z.string(),
  userName: z.string(),
  state,
  stateAt: z.number(),
  startedBy: z.string(),
  raisedAt: z.number(),
  endsAt: z.number(),
  paged: z.boolean(),
  times,
  containmentId: z.string().nullable(),
  containedBy: z.string().nullable(),
  trouble: z.string().nullable(),
  remindedAt: time,
  stoppedBy: z.string().nullable(),
  noticeId: z.string(),
  correlationId: z.string(),
  version: z.number(),
});

/** There is one at a time. */
const rows = new KeptRows(DRILL, shape, () => '');

/** A drill with the text it was read from, which the next write takes the place of. */
export type KeptDrill = Kept<Drill>;

/** The last drill, open or not; null when there was none. */
export async function lastDrill({ stores }: Reading): Promise<KeptDrill | null> {
  return rows.read(stores, '');
}

/** Puts a drill in the place of the one that was read, null for none; a `conflict` when another is there by now. */
export function putDrill({ stores }: Reading, before: KeptDrill | null, drill: Drill, at: number): Write {
  return rows.put(stores, before?.text ?? null, drill, at);
}

/**
 * The drill that somebody who shuts this key off now takes part in, by whichever way; null: it is meant in earnest, as is
 * everything from an incident. What cannot be read, such as of a newer version, keeps nobody from shutting a key off.
 */
export async function drillFor(
  services: Reading & Pick<Services, 'clock'>,
  { accessKeyId, incidentId }: { readonly accessKeyId: string; readonly incidentId: string | null },
): Promise<string | null> {
  if (incidentId !== null) return null;
  const kept = await lastDrill(services).catch((error: unknown) => {
    if (error instanceof RekeyError) throw error;
    return null;
  });
  const its = kept?.row.accessKeyId === accessKeyId && takesPart(kept.row, services.clock.now());
  return its ? kept.row.id : null;
}

/** Ties the containment to its drill, in the batch that begins it. */
export function containedWrites(
  { stores, clock }: Reading & Pick<Services, 'clock'>,
  drillId: string | null,
  { id }: Pick<Containment, 'id'>,
): Write[] {
  return drillId === null ? [] : [stores.settings.set(`${CONTAINED}${drillId}`, id, clock.now())];
}

/** Null until somebody acted. */
export async function containmentOf({ stores }: Reading, drillId: string): Promise<string | null> {
  return stores.settings.get(`${CONTAINED}${drillId}`);
}

/** A containment by its id, or the one that its reasons joined. */
export async function containmentBy(
  { stores }: { readonly stores: Pick<Services['stores'], 'containments'> },
  id: string,
): Promise<Containment | null> {
  const found = await stores.containments.byId(id);
  const into = found?.mergedInto ?? null;
  return into === null ? found : stores.containments.byId(into);
}

/** Once the drill's own row says it. */
export function untied({ stores }: Reading, drillId: string): Write {
  return stores.settings.remove(`${CONTAINED}${drillId}`);
}

/** The message of a drill, where it is the last one. */
export async function drillNotice(services: Reading, drillId: string): Promise<string | null> {
  const kept = await lastDrill(services);
  return kept?.row.id === drillId ? kept.row.noticeId : null;
}
