import { sql } from 'drizzle-orm';
import type { Column, SQL } from 'drizzle-orm';
import { RekeyError } from '../../src/errors.ts';

/** SQLite refuses patterns above 50,000 bytes; a name of IAM has 64 characters at most. */
const MAX_PART_LENGTH = 1_000;

/** A part of the text, whatever the case of A to Z; `*` is any text. Both engines fold nothing else here. */
export function contains(column: Column, part: string): SQL {
  if (part.length > MAX_PART_LENGTH) {
    throw new RekeyError('invalid', 'What to look for is too long.', { next: 'Give a shorter part of it.' });
  }
  const escaped = part
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[\\%_]/g, '\\$&')
    .replace(/\*+/g, '%');
  return sql`lower(${column}) like ${sql.param(`%${escaped}%`, column)} escape '\\'`;
}
