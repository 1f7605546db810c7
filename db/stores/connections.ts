import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { nameKey } from '../../src/domain/connection.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { ConnectionStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { prepared } from '../prepared.ts';
import { json, oneOf, readFirst, rereadRows } from '../rows.ts';
import { method, partition, verification } from './shapes.ts';

const TABLE = 'connections';

const row: z.ZodType<Connection> = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  accountId: z.string(),
  accountAlias: z.string().nullable(),
  partition,
  region: z.string().nullable(),
  method,
  accessKeyId: z.string().nullable(),
  roleArn: z.string().nullable(),
  externalId: z.string().nullable(),
  arn: z.string(),
  uniqueId: z.string(),
  userName: z.string().nullable(),
  keyCreatedAt: z.number().nullable(),
  alertChannel: z.string().nullable(),
  owners: json(z.array(z.string())),
  state: oneOf<Connection['state']>({ connected: true, disconnecting: true }),
  lastCheck: json(verification).nullable(),
  createdBy: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  version: z.number(),
});

function stored(connection: Connection) {
  return {
    ...connection,
    nameKey: nameKey(connection.name),
    owners: JSON.stringify(connection.owners),
    lastCheck: connection.lastCheck === null ? null : JSON.stringify(connection.lastCheck),
  };
}

export function connectionStore(engine: Engine): ConnectionStore {
  const t = engine.tables.connections;
  const all = prepared(engine, t, (db) => db.select().from(t).orderBy(asc(t.nameKey)));
  // Asked for several times a click.
  const reread = rereadRows(TABLE, row);
  return {
    list: async () => reread(await all()),
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async byName(name) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(eq(t.nameKey, nameKey(name))),
      );
      return readFirst(TABLE, row, rows);
    },
    async byAccessKeyId(accessKeyId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.accessKeyId, accessKeyId)));
      return readFirst(TABLE, row, rows);
    },
    async byRoleArn(roleArn) {
      return readFirst(
        TABLE,
        row,
        await engine.read((db) => db.select().from(t).where(eq(t.roleArn, roleArn))),
      );
    },
    async byExternalId(externalId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.externalId, externalId)));
      return readFirst(TABLE, row, rows);
    },
    insert(connection) {
      return write(engine, 'connections.insert', 1, (db) => db.insert(t).values(stored(connection)));
    },
    update(connection) {
      return write(engine, 'connections.update', 1, (db) =>
        db
          .update(t)
          .set(stored(connection))
          .where(and(eq(t.id, connection.id), eq(t.version, connection.version - 1))),
      );
    },
    remove(id, version) {
      return write(engine, 'connections.remove', 1, (db) =>
        db.delete(t).where(and(eq(t.id, id), eq(t.version, version))),
      );
    },
  };
}
