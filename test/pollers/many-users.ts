import type { Account, User } from '../../sandbox/aws/world.ts';
import { DAY_MS, HOUR_MS } from './world.ts';

/** How many users and keys; every fifth user has two. */
export interface Size {
  readonly users: number;
  readonly keys: number;
}

/** Fills an account with users of every kind whose keys were made and used long before `now` (ms). */
export function fill(account: Account, { users, keys }: Size, now: number): User[] {
  const twice = keys - users;
  const every = twice === 0 ? Number.POSITIVE_INFINITY : Math.floor(users / twice);
  let left = twice;
  return Array.from({ length: users }, (_, n) => {
    const user = account.addUser(`user-${String(n).padStart(5, '0')}`, {
      createdAt: now - 500 * DAY_MS,
      tags: { owner: `team-${n % 40}@example.com` },
      consolePassword: n % 10 === 0,
    });
    const lastUsed = { at: now - ((n % 200) + 1) * DAY_MS, service: 's3', region: 'N/A' };
    const used = n % 3 === 0 ? {} : { lastUsed };
    user.addKey({ createdAt: now - ((n % 400) + 2) * DAY_MS, ...used });
    if (n % every === 0 && left > 0) {
      left -= 1;
      const status = n % 2 === 0 ? 'Inactive' : 'Active';
      user.addKey({ createdAt: now - ((n % 90) + 2) * DAY_MS, status });
    }
    return user;
  });
}

/** Changes so many users in the ways that users change; every tenth is removed. */
export function change(account: Account, users: readonly User[], count: number, now: number): void {
  const step = Math.floor(users.length / count);
  for (let n = 0; n < count; n += 1) {
    // Next to those with two keys: who has two cannot get another.
    const user = users[n * step + 1];
    const [key] = user?.keys.existing() ?? [];
    if (user === undefined || key === undefined) continue;
    if (n % 10 === 0) account.removeUser(user.name);
    else if (n % 10 === 1) key.change('Inactive', now - HOUR_MS);
    else if (n % 10 === 2) key.change('Deleted', now - HOUR_MS);
    else if (n % 10 === 3) user.addKey({ createdAt: now - HOUR_MS });
    else key.recordUse({ at: now - 2 * HOUR_MS, service: 'ec2', region: 'us-east-1' });
  }
}
