import { and, asc, count, eq, gt, gte, inArray, isNotNull, isNull, lte, min, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { AuditLink } from '../../src/ports/audit.ts';
import type { AuditStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine, Tables } from '../engine.ts';

type Entries = Tables['auditEntries'];

const HEAD = 'head';

/** The part of the audit store that chains, checks and cuts. Rows are read as they are, whatever somebody put there. */
export function auditChainStore(engine: Engine): Omit<AuditStore, 'add' | 'byIds' | 'newest' | 'page'> {
  const { auditEntries: t, auditHead, auditCheckpoints } = engine.tables;
  return {
    unchained(limit, after) {
      const place =
        after === undefined ? undefined : or(gt(t.at, after.at), and(eq(t.at, after.at), gt(t.id, after.id)));
      return engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(isNull(t.seq), place))
          .orderBy(asc(t.at), asc(t.id))
          .limit(limit),
      );
    },
    async countUnchained() {
      const [found] = await engine.read((db) =>
        db
          .select({ count: count(), oldestAt: min(t.at) })
          .from(t)
          .where(isNull(t.seq)),
      );
      return { count: found?.count ?? 0, oldestAt: found?.oldestAt ?? null };
    },
    chained(after, limit) {
      return engine.read((db) =>
        db
          .select()
          .from(t)
          .where(after === null ? isNotNull(t.seq) : gt(t.seq, after))
          .orderBy(asc(t.seq), asc(t.id))
          .limit(limit),
      );
    },
    async firstSeqSince(at) {
      const [found] = await engine.read((db) =>
        db
          .select({ seq: min(t.seq) })
          .from(t)
          .where(and(isNotNull(t.seq), gte(t.at, at))),
      );
      return found?.seq ?? null;
    },
    async head() {
      const [found] = await engine.read((db) => db.select().from(auditHead).where(eq(auditHead.id, HEAD)));
      if (found === undefined) return null;
      const { id: _, ...head } = found;
      return head;
    },
    moveHead(from, to) {
      if (from === null) {
        return write(engine, 'audit.beginChain', 1, (db) => db.insert(auditHead).values({ id: HEAD, ...to }));
      }
      const asRead = and(
        eq(auditHead.id, HEAD),
        eq(auditHead.version, from.version),
        eq(auditHead.hmac, from.hmac),
      );
      return write(engine, 'audit.moveHead', 1, (db) => db.update(auditHead).set(to).where(asRead));
    },
    link(links) {
      const ids = links.map(({ id }) => id);
      return write(engine, 'audit.link', links.length, (db) =>
        db
          .update(t)
          .set({
            seq: ofEach(t.id, links, ({ seq }) => sql`cast(${seq} as bigint)`),
            hmac: ofEach(t.id, links, ({ hmac }) => sql`${hmac}`),
            keyId: ofEach(t.id, links, ({ keyId }) => sql`${keyId}`),
          })
          .where(and(inArray(t.id, ids), isNull(t.seq))),
      );
    },
    checkpoints() {
      return engine.read((db) => db.select().from(auditCheckpoints).orderBy(asc(auditCheckpoints.seq)));
    },
    addCheckpoint(checkpoint) {
      return write(engine, 'audit.checkpoint', 1, (db) =>
        db.insert(auditCheckpoints).values({ ...checkpoint }),
      );
    },
    removeThrough(seq, count) {
      return write(engine, 'audit.prune', count, (db) => db.delete(t).where(lte(t.seq, seq)));
    },
  };
}

/** `case id when … then …`: one statement for many rows, each with a value of its own. */
function ofEach(id: Entries['id'], links: readonly AuditLink[], value: (link: AuditLink) => SQL): SQL {
  const branches = links.map((link) => sql`when ${link.id} then ${value(link)}`);
  return sql`case ${id} ${sql.join(branches, sql` `)} end`;
}
