import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { openStores } from '../../db/open.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { batchesContract } from './contract-batches.ts';
import { storesContract } from './contract.ts';
import type { FreshStores } from './contract.ts';
import { temporaryFolder } from './given.ts';

const urls = {
  sqlite: async () => `file:${join(temporaryFolder(), 'rekey.db')}`,
  postgres: freshDatabase,
};

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  const fresh: FreshStores = async () => {
    const stores = await openStores({
      url: await urls[engine](),
      exclusive: true,
      clock: systemClock,
      log: recordingLog(),
    });
    onTestFinished(() => stores.close());
    return stores;
  };
  storesContract(fresh);
  batchesContract(fresh);
});
