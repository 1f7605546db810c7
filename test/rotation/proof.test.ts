import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Orphan } from '../../src/domain/rotation.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { DeleteProof, RotatedAccount, UserLook } from '../../src/ports/rotation-world.ts';
import { longInactiveProof, oldKeyProof, ORPHAN_MS, orphanProof } from '../../src/rotation/proof.ts';
import { rotation as sample } from '../db/rotation-samples.ts';

const SIGNAL = new AbortController().signal;
const rotation = sample({ id: 'r1', oldKeyId: 'AKIAOLD', deactivatedAt: 1_000, soakMs: 500 });
const { userId, userName } = rotation.snapshot;

function look(accessKeyId: string, status: 'Active' | 'Inactive', id = userId): UserLook {
  const quarantine = { known: true, value: [], asOf: 1 } as const;
  return { userId: id, keys: [{ accessKeyId, status, createdAt: 1 }], quarantine };
}

describe('a key is deleted with proof alone', () => {
  test('which types ask for, and only one file makes', () => {
    const deleted: DeleteProof[] = [];
    const account: Pick<RotatedAccount, 'deleteKey'> = {
      deleteKey: (proof) => {
        deleted.push(proof);
        return Promise.resolve();
      },
    };
    // @ts-expect-error Who names a key has no proof that it was Inactive.
    void account.deleteKey({ userName, accessKeyId: 'AKIAOLD' }, 'act', SIGNAL);
    // @ts-expect-error Nor has who found that there is none.
    void account.deleteKey(oldKeyProof(rotation, look('AKIAOLD', 'Active'), 2_000), 'act', SIGNAL);
    const src = join(import.meta.dirname, '../../src');
    const makers = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && readFileSync(join(src, file), 'utf8').includes('as DeleteProof'),
    );
    expect(makers).toEqual([join('rotation', 'proof.ts')]);
  });

  test('of an Inactive period: the soak for the old key', () => {
    const inactive = look('AKIAOLD', 'Inactive');
    expect(oldKeyProof(rotation, inactive, 1_499)).toBeNull();
    expect(oldKeyProof(rotation, inactive, 1_500)).toMatchObject({ userName, accessKeyId: 'AKIAOLD' });
    expect(oldKeyProof(rotation, look('AKIAOLD', 'Active'), 9_999)).toBeNull();
    expect(oldKeyProof(rotation, look('AKIAOLD', 'Inactive', 'AIDAANOTHER'), 9_999)).toBeNull();
    expect(oldKeyProof(rotation, look('AKIAELSE', 'Inactive'), 9_999)).toBeNull();
    expect(oldKeyProof({ ...rotation, deactivatedAt: null }, inactive, 9_999)).toBeNull();
  });

  test('an hour for a key whose secret was lost, and never for the old one', () => {
    const orphan: Orphan = { accessKeyId: 'AKIALOST', knownBy: 'cloudtrail', inactiveAt: 5, deletedAt: null };
    const inactive = look('AKIALOST', 'Inactive');
    expect(ORPHAN_MS).toBe(3_600_000);
    expect(orphanProof(rotation, orphan, inactive, 5 + ORPHAN_MS - 1)).toBeNull();
    expect(orphanProof(rotation, orphan, inactive, 5 + ORPHAN_MS)).not.toBeNull();
    expect(orphanProof(rotation, { ...orphan, inactiveAt: null }, inactive, Infinity)).toBeNull();
    expect(orphanProof(rotation, orphan, look('AKIALOST', 'Active'), Infinity)).toBeNull();
    const old = { ...orphan, accessKeyId: 'AKIAOLD' };
    expect(orphanProof(rotation, old, look('AKIAOLD', 'Inactive'), Infinity)).toBeNull();
  });
});

test('a secret is no text, for types and for whoever prints it', () => {
  const secret = new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
  // @ts-expect-error A secret has to be revealed on purpose.
  const text: string = secret;
  expect([`secret: ${text}`, JSON.stringify({ secret })]).toEqual([
    'secret: [secret]',
    '{"secret":"[secret]"}',
  ]);
});

describe('a key that no rotation is about', () => {
  const DAY = 86_400_000;
  const now = 100 * DAY;
  const key = { userId: 'AIDA1', userName: 'alice', accessKeyId: 'AKIAOLD', inactiveSince: 60 * DAY };
  const seen = {
    userId: 'AIDA1',
    keys: [{ accessKeyId: 'AKIAOLD', status: 'Inactive', createdAt: 1 }],
  } as const;
  const silent = { kind: 'not_seen', asOf: now } as const;
  const used = (at: number) => ({ kind: 'used', at, service: 's3', region: null, asOf: now }) as const;
  const long = { ...key, periodMs: 30 * DAY };

  test('is proven by its whole period, AWS’s word of now, and no use since', () => {
    expect(longInactiveProof(long, seen, silent, now)).toMatchObject({ accessKeyId: 'AKIAOLD' });
    expect(longInactiveProof(long, seen, used(59 * DAY), now)).not.toBeNull();
    expect(longInactiveProof({ ...long, periodMs: 41 * DAY }, seen, silent, now)).toBeNull();
    expect(longInactiveProof(long, seen, used(60 * DAY + 1), now)).toBeNull();
    const unknown = { kind: 'unknown', why: 'denied', since: now, last: null } as const;
    expect(longInactiveProof(long, seen, unknown, now)).toBeNull();
    expect(longInactiveProof(long, seen, { ...silent, asOf: now - 3_600_000 }, now)).toBeNull();
    expect(longInactiveProof(long, { ...seen, userId: 'AIDAOTHER' }, silent, now)).toBeNull();
    for (const status of ['Active', 'Expired'] as const) {
      const other = { ...seen, keys: [{ ...seen.keys[0], status }] };
      expect(longInactiveProof(long, other, silent, now)).toBeNull();
    }
    expect(longInactiveProof(long, { ...seen, keys: [] }, silent, now)).toBeNull();
  });

  test('is never proven in less than a week, whatever the policy says', () => {
    const short = { ...key, periodMs: 1, inactiveSince: now - 7 * DAY + 1 };
    expect(longInactiveProof(short, seen, silent, now)).toBeNull();
    expect(longInactiveProof({ ...short, inactiveSince: now - 7 * DAY }, seen, silent, now)).not.toBeNull();
  });
});
