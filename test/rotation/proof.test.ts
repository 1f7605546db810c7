import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Orphan } from '../../src/domain/rotation.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { DeleteProof, RotatedAccount, UserLook } from '../../src/ports/rotation-world.ts';
import { oldKeyProof, ORPHAN_MS, orphanProof } from '../../src/rotation/proof.ts';
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
    void account.deleteKey({ userName, accessKeyId: 'AKIAOLD' }, SIGNAL);
    // @ts-expect-error Nor has who found that there is none.
    void account.deleteKey(oldKeyProof(rotation, look('AKIAOLD', 'Active'), 2_000), SIGNAL);
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
