import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { openStores } from '../../db/open.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { auditContract } from './contract-audit.ts';
import { batchesContract } from './contract-batches.ts';
import { inventoryContract } from './contract-inventory.ts';
import { keyChoicesContract } from './contract-key-choices.ts';
import { noticesContract } from './contract-notices.ts';
import { rotationsContract } from './contract-rotations.ts';
import { standingsContract } from './contract-standings.ts';
import { trailContract } from './contract-trail.ts';
import { containmentsContract } from './contract-containments.ts';
import { watchContract } from './contract-watch.ts';
import { storesContract } from './contract.ts';
import { emptyTables } from './empty.ts';

async function open(url: string) {
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
  onTestFinished(() => stores.close());
  return stores;
}

describe('sqlite', () => {
  const fresh = () => open(`file:${join(temporaryFolder(), 'rekey.db')}`);
  storesContract(fresh);
  batchesContract(fresh);
  auditContract(fresh);
  noticesContract(fresh);
  inventoryContract(fresh);
  standingsContract(fresh);
  keyChoicesContract(fresh);
  rotationsContract(fresh);
  watchContract(fresh);
  trailContract(fresh);
  containmentsContract(fresh);
});

describe('postgres', () => {
  // One database, emptied: making one takes longer than most of these tests.
  let database: Promise<string> | undefined;
  const fresh = async () => {
    const url = await (database ??= freshDatabase());
    const stores = await open(url);
    await emptyTables(url);
    return stores;
  };
  storesContract(fresh);
  batchesContract(fresh);
  auditContract(fresh);
  noticesContract(fresh);
  inventoryContract(fresh);
  standingsContract(fresh);
  keyChoicesContract(fresh);
  rotationsContract(fresh);
  watchContract(fresh);
  trailContract(fresh);
  containmentsContract(fresh);
});
