import { isConflict } from '../errors.ts';
import type { Write } from '../ports/stores.ts';
import type { Services } from './services.ts';

/**
 * Writes a batch whose loss is nothing to tell: false when somebody else changed or removed first what it goes by, and
 * nothing was written. Throws everything else.
 */
export async function writeIfUnchanged(
  { stores }: { stores: Pick<Services['stores'], 'atomically'> },
  writes: readonly Write[],
): Promise<boolean> {
  try {
    await stores.atomically(writes);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
