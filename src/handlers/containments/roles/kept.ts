import { z } from 'zod';
import type { RevocationState, RoleRevocation } from '../../../domain/role-revocation.ts';
import type { Stores, Write } from '../../../ports/stores.ts';

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
  failure: z
    .object({
      action: z.string(),
      code: z.string(),
      said: z.string(),
      at: z.number(),
      retryAt: z.number(),
    })
    .nullable(),
  sentAt: z.number().nullable(),
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

function keyOf({ accountId, roleName }: RoleKey): string {
  return `${PREFIX}${accountId}:${roleName.toLowerCase()}`;
}

/** The revocation of a role, with the text it is kept as, which its next change must find; nulls where there is none. */
export async function keptRevocation(
  { settings }: Kept,
  key: RoleKey,
): Promise<
  { readonly row: RoleRevocation; readonly text: string } | { readonly row: null; readonly text: null }
> {
  const text = await settings.get(keyOf(key));
  return text === null ? { row: null, text: null } : { row: shape.parse(JSON.parse(text)), text };
}

/** Those of an account, by name; of all accounts where it is null. */
export async function keptRevocations(
  { settings }: Kept,
  accountId: string | null,
): Promise<readonly RoleRevocation[]> {
  const rows = await settings.startingWith(accountId === null ? PREFIX : `${PREFIX}${accountId}:`);
  return rows.map(({ value }) => shape.parse(JSON.parse(value)));
}

/** Puts a row in the place of exactly the text that was read; a `conflict` when it is another by now. */
export function keepRevocation(
  { settings }: Kept,
  before: string | null,
  row: RoleRevocation,
  now: number,
): Write {
  return settings.replace(keyOf(row), before, JSON.stringify(row), now);
}
