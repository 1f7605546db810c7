import { getTableConfig as pgConfig } from 'drizzle-orm/pg-core';
import { getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openStores } from '../../db/open.ts';
import * as postgres from '../../db/schema/postgres.ts';
import * as sqlite from '../../db/schema/sqlite.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { jobs, ...shared } = sqlite;

type IndexLike = { config: { name?: string; unique?: boolean; columns: readonly unknown[] } };

function indexes(list: readonly IndexLike[]) {
  return list.map(({ config }) => ({
    name: config.name,
    unique: config.unique ?? false,
    columns: config.columns.map((column) => Reflect.get(Object(column), 'name') as string),
  }));
}

function shape(config: {
  name: string;
  columns: readonly { name: string; notNull: boolean; primary: boolean; getSQLType(): string }[];
  indexes: readonly IndexLike[];
  primaryKeys: readonly { getName(): string | undefined; columns: readonly { name: string }[] }[];
}) {
  return {
    name: config.name,
    columns: config.columns.map((column) => ({
      name: column.name,
      notNull: column.notNull,
      primary: column.primary,
      type: { 'text COLLATE "C"': 'text', bigint: 'integer' }[column.getSQLType()] ?? column.getSQLType(),
    })),
    indexes: indexes(config.indexes),
    keys: config.primaryKeys.map((key) => ({
      name: key.getName(),
      columns: key.columns.map((column) => column.name),
    })),
  };
}

test('both engines have the same tables under the same names', () => {
  expect(Object.keys(shared).sort()).toEqual(Object.keys(postgres).sort());
});

test.each(Object.entries(postgres))('%s has one shape on both engines', (name, table) => {
  const twin = Object.entries(shared).find(([other]) => other === name)?.[1] ?? jobs;
  expect(shape(sqliteConfig(twin))).toEqual(shape(pgConfig(table)));
});

test('every text column of PostgreSQL sorts by bytes', () => {
  const types = Object.values(postgres).flatMap((table) =>
    pgConfig(table).columns.map((column) => column.getSQLType()),
  );
  expect(new Set(types)).toEqual(new Set(['text COLLATE "C"', 'bigint']));
});

test('the jobs table has an index that lets one job of a key wait and one run', () => {
  expect(indexes(sqliteConfig(jobs).indexes).filter(({ unique }) => unique)).toEqual([
    { name: 'jobs_one_waiting', unique: true, columns: ['name', 'key'] },
    { name: 'jobs_one_running', unique: true, columns: ['name', 'key'] },
  ]);
});

const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name).sort();

test('a migrated SQLite file is what its schema says', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await openStores({
    url: `file:${path}`,
    exclusive: true,
    clock: systemClock,
    log: recordingLog(),
  });
  onTestFinished(() => stores.close());
  const raw = new Database(path, { readonly: true });
  const listed = raw.prepare<[], { name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('rekey_migrations', 'sqlite_sequence')`,
  );
  expect(names(listed.all())).toEqual(names(Object.values(sqlite).map((table) => sqliteConfig(table))));
  for (const config of Object.values(sqlite).map((table) => sqliteConfig(table))) {
    const columns = raw.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)');
    expect(names(columns.all(config.name))).toEqual(names(config.columns));
    const found = raw.prepare<[string], { name: string }>(
      `SELECT name FROM pragma_index_list(?) WHERE origin = 'c'`,
    );
    expect(names(found.all(config.name))).toEqual(config.indexes.map((index) => index.config.name).sort());
  }
  raw.close();
});

test('a migrated PostgreSQL database is what its schema says', async () => {
  const url = await freshDatabase();
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
  onTestFinished(() => stores.close());
  await withClient(url, async (client) => {
    for (const config of Object.values(postgres).map((table) => pgConfig(table))) {
      const columns = await client.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1`,
        [config.name],
      );
      expect(names(columns.rows)).toEqual(names(config.columns));
      const found = await client.query<{ name: string }>(
        `SELECT indexname AS name FROM pg_indexes WHERE tablename = $1 AND indexname NOT LIKE '%\\_pkey'`,
        [config.name],
      );
      expect(names(found.rows)).toEqual(config.indexes.map((index) => index.config.name ?? '').sort());
    }
  });
});
