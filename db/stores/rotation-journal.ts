import { desc, eq } from 'drizzle-orm';
import type { JournalStore } from '../../src/ports/rotations.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { readRow } from '../rows.ts';
import { journalRow } from './rotation-shape.ts';

export function journalStore(engine: Engine): JournalStore {
  const t = engine.tables.rotationJournal;
  return {
    async ofRotation(rotationId, limit) {
      const rows = await engine.read((db) =>
        db.select().from(t).where(eq(t.rotationId, rotationId)).orderBy(desc(t.at), desc(t.id)).limit(limit),
      );
      return rows.map((found) => readRow('rotation_journal', journalRow, found)).toReversed();
    },
    add(entry) {
      return write(engine, 'rotationJournal.add', 1, (db) =>
        db.insert(t).values({ ...entry, detail: JSON.stringify(entry.detail) }),
      );
    },
  };
}
