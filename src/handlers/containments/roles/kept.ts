import { z } from 'zod';
import {
  isStandingRevocation,
  type RevocationState,
  type RoleRevocation,
} from '../../../domain/role-revocation.ts';
import type { Stores, Write } from '../../../ports/stores.ts';
import { KeptRows, type Kept as KeptRow } from '../../kept-rows.ts';
import { writeIfUnchanged } from '../../write-if-unchanged.ts';

const PREFIX = 'role-revocation:';

const state = z.enum([
  'asked',
  'declined',
  'revoking',
  'revoked',
  'lifting',
  'lifted',
  'gone',
]) satisfies z.ZodType<RevocationState>;

const word = z.object({ by: z.string().nullable(), at: z.number(), reason: z.string() });

const shape: z.ZodType<RoleRevocation> = z.object({
  id: z.string(),
  accountId: z.string(),
  roleName: z.string(),
  roleArn: z.string(),
  containmentId: z.string(),
  state,
  asked: word,
  decided: word.nullable(),
  lifted: word.nullable(),
  issuedBefore: z.number().nullable(),
  until: z.number().nullable(),
  reads: z.number(),
  // Rows of before it was held have none.
  putBack: z.number().default(0),
  lastPutBackAt: z.number().nullable().default(null),
  failure: z
    .object({
      action: z.string(),
      code: z.string(),
      said: z.string(),
      at: z.number(),
      retryAt: z.number(),
      next: z.string().optional(),
    })
    .nullable(),
  sentAt: z.number().nullable(),
  begun: z.enum(['put', 'delete']).optional(),
  confirmedAt: z.number().nullable(),
  stateAt: z.number(),
  nextAt: z.number().nullable(),
  leaseOwner: z.string().nullable(),
  leaseUntil: z.number(),
  correlationId: z.string(),
  version: z.number(),
});

type Kept = Pick<Stores, 'settings'>;

/** Which role: names are unique in an account, whatever their case. */
export type RoleKey = Pick<RoleRevocation, 'accountId' | 'roleName'>;

function nameOf({ accountId, roleName }: RoleKey): string {
  return `${accountId}:${roleName.toLowerCase()}`;
}

const rows = new KeptRows(PREFIX, shape, nameOf);

/** The revocation of a role, with the text it is kept as, which its next change must find; nulls where there is none. */
export async function keptRevocation(
  stores: Kept,
  key: RoleKey,
): Promise<KeptRow<RoleRevocation> | { readonly row: null; readonly text: null }> {
  return (await rows.read(stores, nameOf(key))) ?? { row: null, text: null };
}

/** Those of an account, by name; of all accounts where it is null. */
export async function keptRevocations(
  stores: Kept,
  accountId: string | null,
): Promise<readonly RoleRevocation[]> {
  return (await rows.all(stores, accountId === null ? '' : `${accountId}:`)).map(({ row }) => row);
}

/** Puts a row in the place of exactly the text that was read; a `conflict` when it is another by now. */
export function keepRevocation(stores: Kept, before: string | null, row: RoleRevocation, now: number): Write {
  return rows.put(stores, before, row, now);
}

/** Forgets those that are over since before `at`. */
export async function forgetRevocations({ stores }: { readonly stores: Stores }, at: number): Promise<void> {
  for (const kept of await rows.all(stores)) {
    if (isStandingRevocation(kept.row) || kept.row.stateAt >= at) continue;
    await writeIfUnchanged({ stores }, rows.forget(stores, kept, at));
  }
}
