import { z } from 'zod';
import type { DeletionSeen, DeletionState, KeyDeletion } from '../../domain/key-deletion.ts';
import type { Write } from '../../ports/stores.ts';
import { KeptRows, type Kept } from '../kept-rows.ts';
import type { Services } from '../services.ts';

/** Wishes to delete are kept as settings, by key: few at a time, and each change a compare-and-swap of its text. */
const PREFIX = 'deletion:';

const seen: z.ZodType<DeletionSeen> = z.object({
  at: z.number(),
  inactiveSince: z.number(),
  periodMs: z.number(),
  lastUse: z.string(),
  others: z.array(z.object({ accessKeyId: z.string(), status: z.string() })),
});

const state: z.ZodType<DeletionState> = z.enum([
  'checking',
  'asked',
  'approved',
  'deleting',
  'deleted',
  'refused',
  'declined',
  'cancelled',
  'expired',
  'failed',
  'unknown',
]);

const shape: z.ZodType<KeyDeletion> = z.object({
  id: z.string(),
  accessKeyId: z.string(),
  accountId: z.string(),
  userId: z.string(),
  userName: z.string(),
  state,
  stateAt: z.number(),
  askedBy: z.string(),
  askedAt: z.number(),
  reason: z.string(),
  seen: seen.nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.number().nullable(),
  sentAt: z.number().nullable(),
  tries: z.number(),
  why: z.string().nullable(),
  next: z.string().nullable(),
  noticeId: z.string().nullable(),
  nextAt: z.number().nullable(),
  leaseOwner: z.string().nullable(),
  leaseUntil: z.number(),
  correlationId: z.string(),
  version: z.number(),
});

const rows = new KeptRows(PREFIX, shape, ({ accessKeyId }) => accessKeyId);

/** A wish with the text it was read from, which the next write takes the place of. */
export type KeptDeletion = Kept<KeyDeletion>;

type Reading = Pick<Services, 'stores'>;

/** The latest wish about a key, whether it is over or not; null when there was none. */
export async function deletionOf({ stores }: Reading, accessKeyId: string): Promise<KeptDeletion | null> {
  return rows.read(stores, accessKeyId);
}

/** All of them, by key. */
export async function deletions({ stores }: Reading): Promise<KeptDeletion[]> {
  return rows.all(stores);
}

/** Puts a row in the place of the one that was read, null for none; a `conflict` when another is there by now. */
export function putDeletion(
  { stores }: Reading,
  before: KeptDeletion | null,
  row: KeyDeletion,
  at: number,
): Write {
  return rows.put(stores, before?.text ?? null, row, at);
}

/** As it is kept once it was written. */
export function keptAs(row: KeyDeletion): KeptDeletion {
  return { row, text: JSON.stringify(row) };
}

/** Forgets exactly this one; a `conflict` when another is there by now. */
export function removeDeletion({ stores }: Reading, kept: KeptDeletion, at: number): Write[] {
  return rows.forget(stores, kept, at);
}
