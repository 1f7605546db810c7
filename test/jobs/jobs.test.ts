import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { freshDatabase } from '../support/postgres.ts';
import { clockContract } from './contract-clock.ts';
import { lifetimeContract } from './contract-lifetime.ts';
import { jobsContract } from './contract.ts';

// The tests wait more than they work, so they wait together.
describe.concurrent('on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-jobs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  const place = async () => `file:${join(folder, `${(count += 1)}.db`)}`;
  jobsContract(place);
  lifetimeContract(place);
  clockContract(place);
});

describe.concurrent('on PostgreSQL', () => {
  jobsContract(freshDatabase);
  lifetimeContract(freshDatabase);
  clockContract(freshDatabase);
});
