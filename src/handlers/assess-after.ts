import { assessKeys } from './assess-keys.ts';
import type { Services } from './services.ts';

/**
 * Judges keys anew after a choice that is saved already: what fails here (Slack may be asked for owners) is made good by
 * the next sweep, and must not look as if the choice had failed.
 */
export async function assessAfter(services: Services, accessKeyIds: readonly string[]): Promise<void> {
  try {
    await assessKeys(services, accessKeyIds);
  } catch (error) {
    services.log.warn('keys were not judged anew after a choice', { accessKeyIds, error });
  }
}
