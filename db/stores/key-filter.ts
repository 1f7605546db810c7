import { and, eq, inArray, isNotNull, isNull, lt } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { OwnerRef } from '../../src/domain/owner.ts';
import type { KeyFilter } from '../../src/ports/inventory.ts';
import type { Db, Tables } from '../engine.ts';
import { contains } from './contains.ts';

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
