import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { SettingStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { prepared } from '../prepared.ts';

export function settingStore(engine: Engine): SettingStore {
  const t = engine.tables.settings;
  const byKey = prepared(engine, t, (db) =>
    db
      .select()
      .from(t)
      .where(eq(t.key, sql.placeholder('key'))),
  );
  return {
    async get(key) {
      const rows = await byKey({ key });
      return rows[0]?.value ?? null;
    },
    startingWith(prefix) {
      // In the order of bytes nothing comes after the last character there is.
      const begins = and(gte(t.key, prefix), lt(t.key, `${prefix}\u{10ffff}`));
      return engine.read((db) =>
        db.select({ key: t.key, value: t.value }).from(t).where(begins).orderBy(asc(t.key)),
      );
    },
    set(key, value, at) {
      return write(engine, 'settings.set', 1, (db) =>
        db
          .insert(t)
          .values({ key, value, updatedAt: at })
          .onConflictDoUpdate({ target: t.key, set: { value, updatedAt: at } }),
      );
    },
    replace(key, before, value, at) {
      return before === null
        ? write(engine, 'settings.insert', 1, (db) =>
            db.insert(t).values({ key, value, updatedAt: at }).onConflictDoNothing(),
          )
        : write(engine, 'settings.replace', 1, (db) =>
            db
              .update(t)
              .set({ value, updatedAt: at })
              .where(and(eq(t.key, key), eq(t.value, before))),
          );
    },
    remove(key) {
      return write(engine, 'settings.remove', 'any', (db) => db.delete(t).where(eq(t.key, key)));
    },
  };
}
