import { createHash } from 'node:crypto';
import type { z } from 'zod';

/** What a window carries, as our own builder put it there; `otherwise` when it carries something else. Never throws. */
export function carriedBy<Carried>(
  schema: z.ZodType<Carried>,
  metadata: string,
  otherwise: Carried,
): Carried {
  try {
    const read = schema.safeParse(JSON.parse(metadata));
    return read.success ? read.data : otherwise;
  } catch {
    return otherwise;
  }
}

/** Names what a window showed, so that it can be told whether what is typed now is the same; 16 characters. */
export function fingerprintOf(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 16);
}
