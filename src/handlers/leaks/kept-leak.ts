import { z } from 'zod';
import type { SeenMessage } from '../../domain/leak.ts';
import type { Write } from '../../ports/stores.ts';
import { KeptRows, type Kept } from '../kept-rows.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';

const author = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), userId: z.string(), foreign: z.boolean() }),
  z.object({ kind: z.literal('app'), id: z.string().default(''), name: z.string() }),
  z.object({ kind: z.literal('nobody') }),
]);

/** Where a message is, and whose. */
export const messageShape: z.ZodType<SeenMessage> = z.object({
  channelId: z.string(),
  ts: z.string(),
  threadTs: z.string().nullable(),
  shared: z.boolean(),
  author,
});

const shape = z.object({
  message: messageShape,
  seenAt: z.number(),
  /** Access key IDs that were told. */
  keys: z.array(z.string()),
  secretAlone: z.boolean(),
  told: z.enum(['direct', 'in_channel', 'not']),
  alerts: z.array(
    z.object({
      noticeId: z.string(),
      /** The notice is that of another message; this one is told in its thread. */
      again: z.boolean(),
      keys: z.array(z.string()),
      more: z.number(),
      secretAlone: z.boolean(),
    }),
  ),
  end: z.object({ what: z.enum(['deleted', 'edited']), at: z.number() }).nullable(),
  /** How often it was told that the keys were edited out, are back, or that it was deleted. */
  turns: z.number().default(0),
});

/** What is kept of a message that gave keys away: where it is, whose it is, and the IDs. Never what it says. */
export type KeptLeak = z.infer<typeof shape>;

/** One message is told once, however often Slack delivers or changes it. */
const MESSAGES = 'leak.message:';
/** A key that was told lately: other messages with it go into that alert's thread. */
const KEYS = 'leak.key:';
/** Longer than anybody edits or deletes a message because of its alert. */
const KEPT_MS = 90 * 86_400_000;

const rows = new KeptRows(MESSAGES, shape, ({ message }) => nameOf(message));

/** The row of a message with its text, for the compare-and-swap; null where there is none. */
export async function readLeak(
  { stores }: Pick<Services, 'stores'>,
  message: Pick<SeenMessage, 'channelId' | 'ts'>,
): Promise<Kept<KeptLeak> | null> {
  return rows.read(stores, nameOf(message));
}

/** Puts the row in the place of what was read; a `conflict` when another process was first. */
export function writeLeak(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  before: Kept<KeptLeak> | null,
  leak: KeptLeak,
): Write {
  return rows.put(stores, before?.text ?? null, leak, clock.now());
}

function nameOf({ channelId, ts }: Pick<SeenMessage, 'channelId' | 'ts'>): string {
  return `${channelId}:${ts}`;
}

const toldShape = z.object({ noticeId: z.string(), at: z.number() });

/** The alert that told of a key last; null when none did. */
export async function lastToldOf(
  { stores }: Pick<Services, 'stores'>,
  accessKeyId: string,
): Promise<z.infer<typeof toldShape> | null> {
  const value = await stores.settings.get(`${KEYS}${accessKeyId}`);
  return value === null ? null : toldShape.parse(JSON.parse(value));
}

export function rememberTold(
  { stores }: Pick<Services, 'stores'>,
  accessKeyId: string,
  told: z.infer<typeof toldShape>,
): Write {
  return stores.settings.set(`${KEYS}${accessKeyId}`, JSON.stringify(told), told.at);
}

const dated = z.object({ seenAt: z.number() }).or(z.object({ at: z.number() }));

/** Forgets what is long over. */
export async function forgetOldLeaks(services: Pick<Services, 'stores' | 'clock'>): Promise<void> {
  const { stores, clock } = services;
  const before = clock.now() - KEPT_MS;
  for (const prefix of [MESSAGES, KEYS]) {
    for (const { key, value } of await stores.settings.startingWith(prefix)) {
      const row = dated.parse(JSON.parse(value));
      if (('seenAt' in row ? row.seenAt : row.at) >= before) continue;
      // Another instance tidies, too.
      await writeIfUnchanged(services, [stores.settings.remove(key)]);
    }
  }
}
