import { and, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { Column, SQL } from 'drizzle-orm';
import type { OwnerRef } from '../../src/domain/owner.ts';
import { RekeyError } from '../../src/errors.ts';
import type { KeyFilter } from '../../src/ports/inventory.ts';
import type { Db, Tables } from '../engine.ts';

/** SQLite refuses patterns above 50,000 bytes; a name of IAM has 64 characters at most. */
const MAX_PART_LENGTH = 1_000;

/** How a finding or owner of a standing is kept in `key_marks`. */
export interface Mark {
  readonly kind: 'finding' | OwnerRef['kind'];
  readonly value: string;
}

export function ownerMark(owner: OwnerRef): Mark {
  return { kind: owner.kind, value: owner.kind === 'user' ? owner.userId : owner.groupId };
}

/** The condition on keys, joined with their standings, that leaves the existing ones the filter takes. */
export function matching(db: Db, tables: Tables, filter: KeyFilter): SQL | undefined {
  const { inventoryKeys: k, keyStandings: s, keyMarks: m } = tables;
  const { accountId, userName, owner, status, createdBefore, findings, snoozed, accessKeyId } = filter;
  const marked = ({ kind, value }: Mark): SQL =>
    inArray(
      k.accessKeyId,
      db
        .select({ accessKeyId: m.accessKeyId })
        .from(m)
        .where(and(eq(m.kind, kind), eq(m.value, value))),
    );
  return and(
    isNull(k.goneAt),
    accountId === null ? undefined : eq(k.accountId, accountId),
    userName === null ? undefined : contains(k.userName, userName),
    owner === null ? undefined : marked(ownerMark(owner)),
    status === null ? undefined : eq(k.status, status),
    createdBefore === null ? undefined : lt(k.createdAt, createdBefore),
    ...findings.map((value) => marked({ kind: 'finding', value })),
    snoozed === null
      ? undefined
      : and(isNotNull(s.accessKeyId), (snoozed ? isNotNull : isNull)(s.snoozedUntil)),
    accessKeyId === null ? undefined : contains(k.accessKeyId, accessKeyId),
  );
}

/** A part of the text, whatever the case of A to Z; `*` is any text. Both engines fold nothing else here. */
function contains(column: Column, part: string): SQL {
  if (part.length > MAX_PART_LENGTH) {
    throw new RekeyError('invalid', 'What to look for is too long.', { next: 'Give a shorter part of it.' });
  }
  const escaped = part
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[\\%_]/g, '\\$&')
    .replace(/\*+/g, '%');
  return sql`lower(${column}) like ${sql.param(`%${escaped}%`, column)} escape '\\'`;
}
