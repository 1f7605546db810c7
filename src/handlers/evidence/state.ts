import { z } from 'zod';
import type { EvidenceRef, EvidenceSummary, EvidenceTold } from '../../domain/evidence.ts';
import { isConflict } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';

const PREFIX = 'evidence:';
/** Whoever gathers says so this often at the least; ms. */
export const BEAT_MS = 10_000;
/** Looks, half a minute apart, over which a living process says nothing: its end could not be written. */
export const ENDED_LOOKS = 60;
/** How long a summary is kept: as long as its message can be edited; ms. */
export const KEPT_MS = 90 * 24 * 3_600_000;
const TRIES = 8;

const asker = z.object({
  userId: z.string(),
  teamId: z.string(),
  correlationId: z.string(),
  /** It is on record what came of their wish, which is written once; left out: not yet. */
  answered: z.literal(true).optional(),
});
const schema = z.object({
  v: z.literal(1),
  /** Names this gathering. */
  id: z.string(),
  kind: z.enum(['incident', 'containment']),
  about: z.string(),
  phase: z.enum(['gathering', 'done', 'failed']),
  askers: z.array(asker),
  noticeId: z.string().nullable(),
  subject: z.string(),
  userName: z.string().nullable(),
  accountId: z.string(),
  begunAt: z.number(),
  beatAt: z.number(),
  /** The process that gathers; null: nobody at this moment. */
  owner: z.string().nullable(),
  tries: z.number(),
  progress: z.string(),
  summary: z.custom<EvidenceSummary>((value) => typeof value === 'object').nullable(),
});

/** How far the evidence of something is. */
export type EvidenceState = z.infer<typeof schema>;
export type Asker = z.infer<typeof asker>;

/** What it is of, as one word. */
export function keyOf({ kind, id }: EvidenceRef): string {
  return `${kind}:${id}`;
}

export function refOf({ kind, about }: Pick<EvidenceState, 'kind' | 'about'>): EvidenceRef {
  return { kind, id: about };
}

/** The state with the text it is kept as; `state` null: there is none, or none that can be read. */
export interface ReadState {
  readonly text: string | null;
  readonly state: EvidenceState | null;
}

export async function readState(
  { stores, log }: Pick<Services, 'stores' | 'log'>,
  ref: EvidenceRef,
): Promise<ReadState> {
  const text = await stores.settings.get(`${PREFIX}${keyOf(ref)}`);
  return { text, state: parsed(text, log) };
}

/** Every gathering that is under way. */
export async function underWay(
  services: Pick<Services, 'stores' | 'log'>,
): Promise<readonly EvidenceState[]> {
  return (await all(services)).filter(({ phase }) => phase === 'gathering');
}

/** Removes summaries that are too old to be drawn again. */
export async function forgetOld({
  stores,
  log,
  clock,
}: Pick<Services, 'stores' | 'log' | 'clock'>): Promise<void> {
  const now = clock.now();
  for (const { key, value } of await stores.settings.startingWith(PREFIX)) {
    const state = parsed(value, log);
    if (state === null || state.phase === 'gathering' || state.beatAt >= now - KEPT_MS) continue;
    // Somebody may ask for it anew at this moment.
    await writeIfUnchanged({ stores }, [
      stores.settings.replace(key, value, value, now),
      stores.settings.remove(key),
    ]);
  }
}

async function all({ stores, log }: Pick<Services, 'stores' | 'log'>): Promise<EvidenceState[]> {
  const rows = await stores.settings.startingWith(PREFIX);
  return rows.flatMap(({ value }) => parsed(value, log) ?? []);
}

function parsed(text: string | null, log: Services['log']): EvidenceState | null {
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    log.error('what is kept of an evidence cannot be read; it is gathered anew', { error });
    return null;
  }
}

/** What this process gathers at this moment, by the name it took it up with. */
const atWork = new Set<string>();

/** Over how many looks of this process others had the same to say. */
const stoodStill = new Map<string, { readonly beatAt: number; readonly looks: number }>();

/** While this process gathers, it knows that of itself, whatever its clock does. */
export async function whileAtWork<T>(owner: string, work: () => Promise<T>): Promise<T> {
  atWork.add(owner);
  try {
    return await work();
  } finally {
    atWork.delete(owner);
  }
}

/**
 * Whether nobody gathers it: its process is gone, as the instances know of each other without their clocks, which differ
 * and step. A process that lives says by itself when it is at an end; where it could not, it was not heard of for long.
 */
export async function isFree(
  { instanceId, onlyInstance, instances }: Pick<Services, 'instanceId' | 'onlyInstance' | 'instances'>,
  { owner, beatAt }: Pick<EvidenceState, 'owner' | 'beatAt'>,
): Promise<boolean> {
  if (owner === null) return true;
  const [id = ''] = owner.split(' ');
  if (id === instanceId) return !atWork.has(owner);
  if (onlyInstance || !(await instances.living()).includes(id)) return true;
  const last = stoodStill.get(owner);
  const looks = last?.beatAt === beatAt ? last.looks + 1 : 0;
  stoodStill.set(owner, { beatAt, looks });
  return looks >= ENDED_LOOKS;
}

/** Puts a state in the place of what was read; the batch is a `conflict` when it is another by now. */
export function stateWrite(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  before: ReadState,
  after: EvidenceState,
): Write {
  return stores.settings.replace(
    `${PREFIX}${keyOf(refOf(after))}`,
    before.text,
    JSON.stringify(after),
    clock.now(),
  );
}

/**
 * Changes the state of one gathering, while `owner` has it, with more that is written in the same batch. Answers the
 * state as it is then; null when somebody else has it by now, and nothing was written.
 */
export async function changeState(
  services: Pick<Services, 'stores' | 'clock' | 'log'>,
  mine: Pick<EvidenceState, 'id' | 'kind' | 'about'> & { readonly owner: string },
  change: (state: EvidenceState) => EvidenceState,
  more: (state: EvidenceState) => Promise<readonly Write[]> = () => Promise.resolve([]),
): Promise<EvidenceState | null> {
  for (let tries = 1; ; tries += 1) {
    const read = await readState(services, refOf(mine));
    if (read.state === null || read.state.id !== mine.id || read.state.owner !== mine.owner) return null;
    const after = change(read.state);
    try {
      await services.stores.atomically([stateWrite(services, read, after), ...(await more(after))]);
      return after;
    } catch (error) {
      if (!isConflict(error) || tries === TRIES) throw error;
    }
  }
}

/** For its message and its window. */
export function toldOf(state: EvidenceState): EvidenceTold {
  const { subject, userName, accountId, phase, begunAt, progress, askers, summary } = state;
  return {
    ref: refOf(state),
    subject,
    userName,
    accountId,
    phase,
    begunAt,
    progress,
    askers: askers.map(({ userId }) => userId),
    summary,
  };
}
