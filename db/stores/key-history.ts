import { desc, eq, lt } from 'drizzle-orm';
import type { KeyHistoryStore } from '../../src/ports/inventory.ts';
import { together, write } from '../atomically.ts';
import { chunks } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { readRow } from '../rows.ts';
import { keyEvent } from './key-shapes.ts';

const COLUMNS = 7;

export function keyHistoryStore(engine: Engine): KeyHistoryStore {
  const t = engine.tables.keyEvents;
  return {
    async ofKey(accessKeyId, limit) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(eq(t.accessKeyId, accessKeyId))
          .orderBy(desc(t.at), desc(t.id))
          .limit(limit),
      );
      return rows.map((found) => readRow('key_events', keyEvent, found));
    },
    add(accountId, events) {
      const rows = events.map((event) => ({ ...event, accountId, detail: JSON.stringify(event.detail) }));
      return together(
        engine,
        chunks(rows, COLUMNS).map((some) =>
          write(engine, 'keyHistory.add', some.length, (db) => db.insert(t).values(some)),
        ),
      );
    },
    removeBefore(at) {
      return write(engine, 'keyHistory.removeBefore', 'any', (db) => db.delete(t).where(lt(t.at, at)));
    },
  };
}
