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
