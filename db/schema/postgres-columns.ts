import { customType } from 'drizzle-orm/pg-core';
import { storableInteger, storableText } from './values.ts';

/** Text in the "C" collation: UTF-8 byte order whatever the database's own, as on SQLite. */
export const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text COLLATE "C"',
  toDriver: storableText,
});

/** Whole numbers, among them times (ms since the epoch) and booleans (0 or 1). pg hands out int8 as text. */
export const integer = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'bigint',
  toDriver: storableInteger,
  fromDriver: Number,
});
