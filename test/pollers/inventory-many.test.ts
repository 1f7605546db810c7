import { describe } from 'vitest';
import { sweepsOf } from './sweeps.ts';

// test/full/inventory.test.ts does the same with ten times as many.
describe('an account of 500 users and 600 keys', () => {
  sweepsOf({ users: 500, keys: 600 }, 10);
});
