import { z } from 'zod';
import type { AuditEntry } from '../domain/records.ts';
import type { Message } from '../ports/slack.ts';
import type { Write } from '../ports/stores.ts';
import { auditIntent, auditOutcome } from './audit.ts';
import { KeptRows, type Kept } from './kept-rows.ts';
import { pageWrites } from './send-pages.ts';
import type { Services } from './services.ts';
import { writeIfUnchanged } from './write-if-unchanged.ts';

/** Longer than anything of this kind takes: its end could not be written, as without a database; ms. */
const ENDED_MS = 30 * 60_000;
const INTERRUPTED = 'the process that was at it ended before it was through';

const person = z.object({ kind: z.literal('person'), teamId: z.string(), userId: z.string() });

const shape = z.object({
  doer: person,
  verb: z.string(),
  entityKind: z.string(),
  entityId: z.string(),
  correlationId: z.string(),
  detail: z.record(z.string(), z.unknown()),
  /** The process that is at it. */
  owner: z.string(),
  at: z.number(),
});

/**
 * What a person asked for and one process does alone, beside the acknowledgement: nobody takes it up when that process
 * dies. Its outcome is owed until it is written, once.
 */
export type OwnAct = Readonly<Omit<z.infer<typeof shape>, 'owner' | 'at'>>;

const rows = new KeptRows('outcome-owed:', shape, ({ correlationId }) => correlationId);

type Ground = Pick<Services, 'stores' | 'clock' | 'ids' | 'instanceId'>;

/** The rows that say somebody set out to do it, for the batch that claims the click. */
export function ownIntent(services: Ground, act: OwnAct): Write[] {
  const { stores, clock, instanceId } = services;
  const at = clock.now();
  return [auditIntent(services, act), rows.set(stores, { ...act, owner: instanceId, at }, at)];
}

/** How it came out, for the batch of what was done; none where that is on record already. */
export async function ownOutcome(
  services: Ground,
  act: OwnAct & { readonly why?: string },
  outcome: NonNullable<AuditEntry['outcome']>,
): Promise<Write[]> {
  const { stores, clock } = services;
  const owed = await rows.read(stores, act.correlationId);
  if (owed === null) return [];
  return [...rows.forget(stores, owed, clock.now()), auditOutcome(services, act, outcome)];
}

/** Writes how it came out, where nothing else is to be written with it. */
export async function recordOwnOutcome(
  services: Ground,
  act: OwnAct & { readonly why?: string },
  outcome: NonNullable<AuditEntry['outcome']>,
): Promise<void> {
  const writes = await ownOutcome(services, act, outcome);
  if (writes.length > 0) await writeIfUnchanged(services, writes);
}

/**
 * Puts on record that nobody knows how far what a process was at came that is gone by now, and tells who asked for it.
 * Any number of processes may. Answers how many there were.
 */
export async function recoverOwnActs(
  services: Ground & Pick<Services, 'onlyInstance'>,
  words: (verb: string) => Message,
): Promise<number> {
  let count = 0;
  for (const owed of await rows.all(services.stores)) {
    if (!isLeft(services, owed)) continue;
    const { owner: _, at: __, ...act } = owed.row;
    const { userId } = act.doer;
    const written = await writeIfUnchanged(services, [
      ...rows.forget(services.stores, owed, services.clock.now()),
      auditOutcome(services, { ...act, why: INTERRUPTED }, 'unknown'),
      ...pageWrites(services, { userId, correlationId: act.correlationId }, [words(act.verb)]),
    ]);
    if (written) count += 1;
  }
  return count;
}

function isLeft(
  { clock, instanceId, onlyInstance }: Pick<Services, 'clock' | 'instanceId' | 'onlyInstance'>,
  { row: { owner, at } }: Kept<z.infer<typeof shape>>,
): boolean {
  if (onlyInstance && owner !== instanceId) return true;
  // Another instance may live; how long it takes is bounded.
  return Math.abs(clock.now() - at) >= ENDED_MS;
}
