import { z } from 'zod';
import {
  authorId,
  type ExposedKey,
  type Exposure,
  type LeakHalf,
  type SeenMessage,
} from '../../domain/leak.ts';
import { isConflict } from '../../errors.ts';
import { KeptRows } from '../kept-rows.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import { messageShape, readLeak } from './kept-leak.ts';

/** An ID and a secret of one author, in one place, belong together when they come within this time; ms. */
const TOGETHER_MS = 5 * 60_000;
/** Who posts lists of IDs posts no key. */
const MOST_IDS = 4;
/** Longer than two messages that belong together may be on their way; ms. */
const KEPT_MS = 3_600_000;
const TRIES = 5;

const shape = z.object({
  place: z.string(),
  at: z.number(),
  /** IDs and the messages they stand in, the latest last. */
  ids: z.array(
    z.object({
      ts: z.string(),
      key: z.object({
        accessKeyId: z.string(),
        kind: z.enum(['key', 'session']),
        accountId: z.string().nullable(),
      }),
    }),
  ),
  /** Where a secret without an ID stands; nothing of the secret. */
  secrets: z.array(messageShape),
});

type Halves = z.infer<typeof shape>;

const PREFIX = 'leak.half:';
const rows = new KeptRows(PREFIX, shape, ({ place }) => place);

/** A key whose ID and secret stand in two messages. */
export interface JoinedKey {
  /** That of the secret: it is the one to delete. */
  readonly message: SeenMessage;
  readonly exposure: Exposure;
}

/**
 * Remembers half of a key for some minutes, and answers what its author posted the other half of, in the same channel or
 * thread; whichever instance is told of which. Null: nothing so far. Only IDs and places are kept.
 */
export async function joinHalves(
  services: Pick<Services, 'stores' | 'clock'>,
  message: SeenMessage,
  half: LeakHalf,
): Promise<JoinedKey | null> {
  const { stores, clock } = services;
  const place = placeOf(message);
  if (place === null || half.ids.length > MOST_IDS || (half.ids.length === 0 && !half.secret)) return null;
  // Slack tells of a message again and again: what was joined once is no half any more.
  const told = (await readLeak(services, message))?.row.keys ?? [];
  const rest = { ids: half.ids, secret: half.secret && told.length === 0 };
  for (let tries = 1; ; tries += 1) {
    const now = clock.now();
    const before = await rows.read({ settings: stores.settings }, place);
    const after = withHalf(before?.row ?? { place, at: now, ids: [], secrets: [] }, message, rest, now);
    const found = joined(after, message);
    const left = found === null ? after : without(after, found);
    try {
      await stores.atomically([rows.put({ settings: stores.settings }, before?.text ?? null, left, now)]);
    } catch (error) {
      // The other half may have come to another instance in this very moment.
      if (!isConflict(error) || tries === TRIES) throw error;
      continue;
    }
    return found;
  }
}

/** Forgets halves that nothing can be added to any more. */
export async function forgetOldHalves({ stores, clock }: Pick<Services, 'stores' | 'clock'>): Promise<void> {
  for (const kept of await rows.all({ settings: stores.settings })) {
    if (kept.row.at >= clock.now() - KEPT_MS) continue;
    // Another instance tidies, too, or its author goes on.
    await writeIfUnchanged({ stores }, rows.forget({ settings: stores.settings }, kept, clock.now()));
  }
}

/** One author in one channel or thread; null where nobody can be told from others. */
function placeOf({ channelId, threadTs, author }: SeenMessage): string | null {
  const who = authorId(author);
  if (who === null) return null;
  return `${channelId}:${threadTs ?? ''}:${who}`.slice(0, 200);
}

function withHalf(before: Halves, message: SeenMessage, { ids, secret }: LeakHalf, now: number): Halves {
  const isNear = ({ ts }: { readonly ts: string }): boolean =>
    Math.abs(msOf(ts) - msOf(message.ts)) <= TOGETHER_MS && ts !== message.ts;
  return {
    place: before.place,
    at: now,
    ids: [...before.ids.filter(isNear), ...ids.map((key) => ({ ts: message.ts, key }))].slice(-MOST_IDS),
    secrets: [...before.secrets.filter(isNear), ...(secret ? [message] : [])].slice(-MOST_IDS),
  };
}

/** What this message completes: its secret the IDs of others, or its IDs the latest secret of others. */
function joined({ ids, secrets }: Halves, { ts }: SeenMessage): JoinedKey | null {
  const own = secrets.find((each) => each.ts === ts);
  const others = ids.filter((each) => each.ts !== ts);
  if (own !== undefined && others.length > 0) return { message: own, exposure: exposureOf(others) };
  const mine = ids.filter((each) => each.ts === ts);
  const other = secrets.findLast((each) => each.ts !== ts);
  return other === undefined || mine.length === 0 ? null : { message: other, exposure: exposureOf(mine) };
}

function without(halves: Halves, { message, exposure }: JoinedKey): Halves {
  const used = new Set(exposure.keys.map(({ accessKeyId }) => accessKeyId));
  return {
    ...halves,
    ids: halves.ids.filter(({ key }) => !used.has(key.accessKeyId)),
    secrets: halves.secrets.filter(({ ts }) => ts !== message.ts),
  };
}

function exposureOf(ids: readonly { readonly key: ExposedKey }[]): Exposure {
  return { keys: ids.map(({ key }) => key), secretAlone: false };
}

function msOf(ts: string): number {
  return Number(ts) * 1_000;
}
