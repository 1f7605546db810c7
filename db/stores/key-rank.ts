import { and, inArray, ne, sql } from 'drizzle-orm';
import type { Write } from '../../src/ports/stores.ts';
import { together, write } from '../atomically.ts';
import { chunks } from '../bulk.ts';
import type { Engine } from '../engine.ts';

/** The urgency of a key without a standing. */
export const UNASSESSED = -1;

/** What lists are ordered by, smallest first, so that one index serves both directions. */
export function rankOf(urgency: number): number {
  return 0 - urgency;
}

/** Gives keys the rank their standing asks for, whichever of the two was written first. */
export function rankKeys(engine: Engine, accessKeyIds: readonly string[]): Write {
  const { inventoryKeys: k, keyStandings: s } = engine.tables;
  const urgency = sql`(select ${s.urgency} from ${s} where ${s.accessKeyId} = ${k.accessKeyId})`;
  const rank = sql`0 - coalesce(${urgency}, ${sql.raw(`${UNASSESSED}`)})`;
  return together(
    engine,
    chunks(accessKeyIds).map((some) =>
      write(engine, 'keys.rank', 'any', (db) =>
        db
          .update(k)
          .set({ rank })
          .where(and(inArray(k.accessKeyId, some), ne(k.rank, rank))),
      ),
    ),
  );
}
