import { describe } from 'vitest';
import { sweepsOf } from '../pollers/sweeps.ts';

describe('an account of 5,000 users and 6,000 keys', () => {
  sweepsOf({ users: 5_000, keys: 6_000 }, 50);
});
