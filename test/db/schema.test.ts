import { getTableConfig as pgConfig } from 'drizzle-orm/pg-core';
import { getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import * as postgres from '../../db/schema/postgres.ts';
import * as sqlite from '../../db/schema/sqlite.ts';

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
