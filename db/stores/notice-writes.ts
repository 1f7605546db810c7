import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { completed, laneOf, outletOf, type NewNotice } from '../../src/domain/notice.ts';
import type { NoticeStore } from '../../src/ports/notices.ts';
import type { Write } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { preparedChange } from '../prepared-change.ts';

type NoticeWrites = {
  [
    Name in keyof NoticeStore as ReturnType<NoticeStore[Name]> extends Write ? Name : never
  ]: NoticeStore[Name];
};

/** What changes notices. */
export function noticeWrites(engine: Engine): NoticeWrites {
  const t = engine.tables.notices;

  /** One waiting notice is changed; anything else is a conflict. */
  function change(what: string, id: string, set: Partial<typeof t.$inferInsert>): Write {
    const waits = and(eq(t.id, id), eq(t.state, 'waiting'));
    return write(engine, `notices.${what}`, 1, (db) => db.update(t).set(set).where(waits));
  }

  const insert = preparedChange<Omit<typeof t.$inferSelect, 'seq'>>(
    engine,
    'notices.add',
    'inserted',
    (db, at) => db.insert(t).values({ ...at, seq: sql`(select coalesce(max(${t.seq}), 0) + 1 from ${t})` }),
  );

  function add(notice: NewNotice): Write {
    const whole = completed(notice);
    const values = {
      ...whole,
      target: JSON.stringify(whole.target),
      redirect: whole.redirect === null ? null : JSON.stringify(whole.redirect),
      blocks: JSON.stringify(whole.blocks),
      lane: laneOf(whole),
      outlet: outletOf(whole),
    };
    return insert(values);
  }

  return {
    add,
    take(notice, now, nextAt) {
      const asRead = and(
        eq(t.id, notice.id),
        eq(t.state, 'waiting'),
        eq(t.attempts, notice.attempts),
        eq(t.nextAt, notice.nextAt),
      );
      const set = {
        attempts: notice.attempts + 1,
        nextAt,
        triedSince: notice.triedSince ?? now,
        unsureSince: notice.unsureSince ?? now,
      };
      return write(engine, 'notices.take', 1, (db) => db.update(t).set(set).where(asRead));
    },
    sent(id) {
      return write(engine, 'notices.sent', 1, (db) =>
        db
          .update(t)
          .set({ state: 'sent', lastError: null, doneAt: sql`${t.nextAt}` })
          .where(eq(t.id, id)),
      );
    },
    posted(id, at, message) {
      const where = { postedTo: message?.channelId ?? null, postedTs: message?.ts ?? null };
      return write(engine, 'notices.posted', 1, (db) =>
        db
          .update(t)
          .set({ state: 'sent', lastError: null, doneAt: at, unsureSince: null, ...where })
          .where(eq(t.id, id)),
      );
    },
    moved(id, { channelId, ts }) {
      return write(engine, 'notices.moved', 'any', (db) =>
        db.update(t).set({ postedTo: channelId, postedTs: ts }).where(eq(t.id, id)),
      );
    },
    /** Only while it waits: a late failure does not bring back what another sender has posted. */
    failed(id, error, nextAt) {
      return change('failed', id, { lastError: error, nextAt });
    },
    giveUp(id, error, at) {
      return change('giveUp', id, { state: 'failed', lastError: error, doneAt: at });
    },
    refused({ id, unsureSince }, error, nextAt) {
      return change('refused', id, { lastError: error, nextAt, unsureSince });
    },
    redirect(notice, place, error, nextAt) {
      const to = { ...notice, redirect: place };
      return change('redirect', notice.id, {
        redirect: JSON.stringify(place),
        lane: laneOf(to),
        outlet: outletOf(to),
        lastError: error,
        nextAt,
        unsureSince: null,
      });
    },
    settle(id, state, at) {
      return change('settle', id, { state, doneAt: at });
    },
    hurry(outlet, at) {
      const theirs = and(eq(t.outlet, outlet), eq(t.state, 'waiting'));
      return write(engine, 'notices.hurry', 'any', (db) => db.update(t).set({ nextAt: at }).where(theirs));
    },
    removeDone(before) {
      const over = inArray(t.state, ['sent', 'passed_on', 'dropped', 'failed']);
      return write(engine, 'notices.removeDone', 'any', (db) =>
        db.delete(t).where(and(over, lt(t.doneAt, before))),
      );
    },
  };
}
