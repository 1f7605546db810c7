import { customType } from 'drizzle-orm/sqlite-core';
import { storableInteger, storableText } from './values.ts';

/** Text in SQLite's own BINARY collation: UTF-8 byte order. */
export const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storableText,
});

/** Whole numbers, among them times (ms since the epoch) and booleans (0 or 1). */
export const integer = customType<{ data: number; driverData: number }>({
  dataType: () => 'integer',
  toDriver: storableInteger,
});
