import * as z from 'zod';
import { EVERY_KEY, FINDING_WORDS, type KeyQuery } from '../src/domain/key-query.ts';
import { RekeyError } from '../src/errors.ts';
import type { KeysFrom, KeysPlace } from '../src/handlers/look-keys.ts';

/** What a button of the list carries, so that a page keeps its filter without being kept anywhere. */
export interface ListState {
  readonly query: KeyQuery;
  readonly place: KeysPlace;
}

const Place = z.object({ urgency: z.number(), accessKeyId: z.string().max(128) });
const From = z.union([z.object({ after: Place }), z.object({ before: Place })]).nullable();
const Owner = z.union([
  z.object({ kind: z.literal('user'), userId: z.string() }),
  z.object({ kind: z.literal('group'), groupId: z.string() }),
]);
const FINDINGS = Object.values(FINDING_WORDS);
const Query = z.object({
  accountId: z.string().nullable().default(null),
  userName: z.string().max(200).nullable().default(null),
  owner: Owner.nullable().default(null),
  status: z.enum(['Active', 'Inactive', 'Expired']).nullable().default(null),
  olderDays: z.number().int().positive().nullable().default(null),
  findings: z.array(z.enum(FINDINGS)).max(FINDINGS.length).default([]),
  snoozed: z.boolean().default(false),
  accessKeyId: z.string().max(128).nullable().default(null),
});
const State = z.object({ query: Query, from: From, page: z.number().int().positive(), drawn: z.number() });

/**
 * At most 1,500 characters, of which a button takes 2,000. `drawn` is when the list was: two clicks on one drawing are
 * told from a later wish.
 */
export function printState(query: KeyQuery, from: KeysFrom, page: number, drawn: number): string {
  const changed = Object.entries(query).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(EVERY_KEY, name)),
  );
  const state = { query: Object.fromEntries(changed), from, page, drawn };
  return Buffer.from(JSON.stringify(state)).toString('base64url');
}

/** Throws `expired` for what another version drew. */
export function parseState(text: string): ListState {
  try {
    const { query, from, page } = State.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { query, place: { from, page } };
  } catch (error) {
    throw new RekeyError('expired', 'This list is from an older version of Rekey.', {
      next: 'Type `/aws-keys` again.',
      cause: error,
    });
  }
}
