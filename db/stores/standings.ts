import { and, asc, count, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { FindingCode } from '../../src/domain/finding.ts';
import type { KeyStanding } from '../../src/domain/key-standing.ts';
import type { KeyPlace, StandingStore } from '../../src/ports/inventory.ts';
import type { Write } from '../../src/ports/stores.ts';
import { together, write } from '../atomically.ts';
import { chunks, onePerId, readFor, upsert } from '../bulk.ts';
import type { Engine, Tables } from '../engine.ts';
import { readFirst, readRow } from '../rows.ts';
import { type Mark, matching, ownerMark } from './key-filter.ts';
import { rankKeys, rankOf } from './key-rank.ts';
import { findingCode, inventoryKey, keyStanding } from './key-shapes.ts';

const TABLE = 'key_standings';

const findingCount = z
  .object({ code: findingCode, count: z.number() })
  .transform(({ code, count }): [FindingCode, number] => [code, count]);

function stored(standing: KeyStanding) {
  const { kind, ownership, findings } = standing;
  return {
    ...standing,
    kind: JSON.stringify(kind),
    ownership: JSON.stringify(ownership),
    findings: JSON.stringify(findings),
  };
}

function marksOf({ findings, ownership }: KeyStanding): Mark[] {
  const owners = ownership.known ? ownership.owners : [];
  const codes = findings.map(({ code }) => ({ kind: 'finding', value: code }) as const);
  return onePerId([...codes, ...owners.map(ownerMark)], ({ kind, value }) => `${kind} ${value}`);
}

export function standingStore(engine: Engine): StandingStore {
  const { inventoryKeys: k, keyStandings: s, keyMarks: m } = engine.tables;
  const itsStanding = eq(s.accessKeyId, k.accessKeyId);

  function putMarks(standings: readonly KeyStanding[]): Write {
    const ids = standings.map(({ accessKeyId }) => accessKeyId);
    const marks = standings.flatMap((standing) =>
      marksOf(standing).map((mark) => ({ accessKeyId: standing.accessKeyId, ...mark })),
    );
    return together(engine, [
      ...chunks(ids).map((some) =>
        write(engine, 'standings.unmark', 'any', (db) => db.delete(m).where(inArray(m.accessKeyId, some))),
      ),
      ...chunks(marks, 3).map((some) =>
        write(engine, 'standings.mark', some.length, (db) => db.insert(m).values(some)),
      ),
    ]);
  }

  return {
    async byKey(accessKeyId) {
      const rows = await engine.read((db) => db.select().from(s).where(eq(s.accessKeyId, accessKeyId)));
      return readFirst(TABLE, keyStanding, rows);
    },
    ofKeys(accessKeyIds) {
      return readFor(accessKeyIds, async (some) => {
        const rows = await engine.read((db) =>
          db.select().from(s).where(inArray(s.accessKeyId, some)).orderBy(asc(s.accessKeyId)),
        );
        return rows.map((found) => readRow(TABLE, keyStanding, found));
      });
    },
    async page(filter, from, limit) {
      const back = from !== null && 'before' in from;
      const place = from === null ? null : back ? from.before : from.after;
      const order = back ? [desc(k.rank), desc(k.accessKeyId)] : [asc(k.rank), asc(k.accessKeyId)];
      const rows = await engine.read((db) =>
        db
          .select({ key: k, standing: s })
          .from(k)
          .leftJoin(s, itsStanding)
          .where(
            and(place === null ? undefined : beyond(k, place, back), matching(db, engine.tables, filter)),
          )
          .orderBy(...order)
          .limit(limit),
      );
      const found = rows.map(({ key, standing }) => ({
        key: readRow('inventory_keys', inventoryKey, key),
        standing: standing === null ? null : readRow(TABLE, keyStanding, standing),
      }));
      return back ? found.toReversed() : found;
    },
    async count(filter) {
      const rows = await engine.read((db) =>
        db
          .select({ count: count() })
          .from(k)
          .leftJoin(s, itsStanding)
          .where(matching(db, engine.tables, filter)),
      );
      return rows[0]?.count ?? 0;
    },
    async countByFinding(accountId) {
      const rows = await engine.read((db) =>
        db
          .select({ code: m.value, count: count() })
          .from(m)
          .innerJoin(k, eq(k.accessKeyId, m.accessKeyId))
          .where(
            and(
              eq(m.kind, 'finding'),
              isNull(k.goneAt),
              accountId === null ? undefined : eq(k.accountId, accountId),
            ),
          )
          .groupBy(m.value)
          .orderBy(asc(m.value)),
      );
      return new Map(rows.map((found) => readRow('key_marks', findingCount, found)));
    },
    async ownerGroups(limit) {
      const rows = await engine.read((db) =>
        db
          .select({ groupId: m.value })
          .from(m)
          .innerJoin(k, eq(k.accessKeyId, m.accessKeyId))
          .where(and(eq(m.kind, 'group'), isNull(k.goneAt)))
          .groupBy(m.value)
          .orderBy(desc(count()), asc(m.value))
          .limit(limit),
      );
      return rows.map(({ groupId }) => groupId);
    },
    put(standings) {
      const rows = onePerId(standings, ({ accessKeyId }) => accessKeyId);
      const ids = rows.map(({ accessKeyId }) => accessKeyId);
      return together(engine, [
        upsert(engine, 'standings.put', s, [s.accessKeyId], rows.map(stored)),
        putMarks(rows),
        rankKeys(engine, ids),
      ]);
    },
  };
}

/** Compares as rows, which the index of the order answers in both directions. */
function beyond(k: Tables['inventoryKeys'], { urgency, accessKeyId }: KeyPlace, back: boolean): SQL {
  const place = sql`(${sql.param(rankOf(urgency), k.rank)}, ${sql.param(accessKeyId, k.accessKeyId)})`;
  return sql`(${k.rank}, ${k.accessKeyId}) ${sql.raw(back ? '<' : '>')} ${place}`;
}
