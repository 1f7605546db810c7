import {
  aliasedTable,
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  gt,
  gte,
  lt,
  lte,
  min,
  not,
  notExists,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import type { NoticeStore } from '../../src/ports/notices.ts';
import type { Db, Engine, Tables } from '../engine.ts';
import { prepared } from '../prepared.ts';
import { readFirst, readRow } from '../rows.ts';
import { CLOCK_STEP_MS } from '../clock-step.ts';
import { noticeRow } from './notice-row.ts';
import { noticeWrites } from './notice-writes.ts';

const TABLE = 'notices';

type Table = Tables['notices'];

export function noticeStore(engine: Engine): NoticeStore {
  const t = engine.tables.notices;
  const o = engine.tables.outlets;

  /** Waits for the notice it edits or answers. */
  function blocked(db: Db, n: Table, alias: string): SQL {
    const parent = aliasedTable(t, alias);
    return exists(
      db
        .select({ one: sql`1` })
        .from(parent)
        .where(and(eq(parent.id, sql`coalesce(${n.edits}, ${n.threadOf})`), eq(parent.state, 'waiting'))),
    );
  }

  /** Waits, and has a claim on its lane: it is due, or was tried. */
  function candidate(db: Db, n: Table, now: number, alias: string): SQL | undefined {
    return and(eq(n.state, 'waiting'), or(lte(n.nextAt, now), gt(n.attempts, 0)), not(blocked(db, n, alias)));
  }

  /** 1 for lines that only go on in a thread: alerts pass them, however many there are. What was tried passes all. */
  function rank(n: Table): SQL<number> {
    return sql`case when ${n.threadOf} is null or ${n.severity} is not null or ${n.attempts} > 0 then 0 else 1 end`;
  }

  function ready(db: Db, now: number, limit: number) {
    const earlier = aliasedTable(t, 'earlier');
    const before = or(
      sql`${rank(earlier)} < ${rank(t)}`,
      and(
        sql`${rank(earlier)} = ${rank(t)}`,
        or(lt(earlier.seq, t.seq), and(eq(earlier.seq, t.seq), lt(earlier.id, t.id))),
      ),
    );
    const first = notExists(
      db
        .select({ one: sql`1` })
        .from(earlier)
        .where(and(eq(earlier.lane, t.lane), before, candidate(db, earlier, now, 'earlier_parent'))),
    );
    const closed = exists(
      db
        .select({ one: sql`1` })
        .from(o)
        .where(and(eq(o.id, t.outlet), gt(o.nextAt, now), lte(o.nextAt, now + CLOCK_STEP_MS))),
    );
    const itsTime = or(lte(t.nextAt, now), gt(t.nextAt, now + CLOCK_STEP_MS));
    return db
      .select()
      .from(t)
      .where(and(candidate(db, t, now, 'parent'), itsTime, first, not(closed)))
      .orderBy(asc(t.seq), asc(t.id))
      .limit(limit);
  }

  const byId = prepared(engine, t, (db) =>
    db
      .select()
      .from(t)
      .where(eq(t.id, sql.placeholder('id'))),
  );

  return {
    async byId(id) {
      return readFirst(TABLE, noticeRow, await byId({ id }));
    },
    async ready(now, limit) {
      const rows = await engine.read((db) => ready(db, now, limit));
      return rows.map((found) => readRow(TABLE, noticeRow, found));
    },
    async nextAt(now) {
      const both = sql`case when ${o.nextAt} > ${t.nextAt} then ${o.nextAt} else ${t.nextAt} end`;
      const rows = await engine.read((db) =>
        db
          .select({ at: sql<number | null>`min(${both})`.mapWith(Number) })
          .from(t)
          .leftJoin(o, eq(o.id, t.outlet))
          .where(and(eq(t.state, 'waiting'), or(gt(t.nextAt, now), gt(o.nextAt, now)))),
      );
      return rows[0]?.at ?? null;
    },
    async waiting() {
      const rows = await engine.read((db) =>
        db
          .select({ count: count(), oldestAt: min(t.createdAt) })
          .from(t)
          .where(eq(t.state, 'waiting')),
      );
      return rows[0] ?? { count: 0, oldestAt: null };
    },
    async editsOf(id, now) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(
            and(eq(t.lane, `edits:${id}`), eq(t.state, 'waiting'), or(lte(t.nextAt, now), gt(t.attempts, 0))),
          )
          .orderBy(asc(t.seq), asc(t.id)),
      );
      return rows.map((found) => readRow(TABLE, noticeRow, found));
    },
    async copiesOf(id) {
      const rows = await engine.read((db) =>
        db.select().from(t).where(eq(t.copyOf, id)).orderBy(asc(t.seq), asc(t.id)),
      );
      return rows.map((found) => readRow(TABLE, noticeRow, found));
    },
    async wasPaged(incidentKey) {
      const paged = and(eq(t.incidentKey, incidentKey), eq(t.lane, `pager:${incidentKey}`));
      const rows = await engine.read((db) => db.select({ id: t.id }).from(t).where(paged).limit(1));
      return rows.length > 0;
    },
    async lost(since) {
      const lost = and(eq(t.state, 'failed'), gte(t.doneAt, since));
      const counted = await engine.read((db) => db.select({ count: count() }).from(t).where(lost));
      const last = await engine.read((db) =>
        db.select().from(t).where(lost).orderBy(desc(t.seq), desc(t.id)).limit(1),
      );
      return { count: counted[0]?.count ?? 0, last: readFirst(TABLE, noticeRow, last) };
    },
    ...noticeWrites(engine),
  };
}
