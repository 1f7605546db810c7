import { describe, expect, it } from 'vitest';
import { parseState, printState } from '../../commands/key-state.ts';
import type { KeyQuery } from '../../src/domain/key-query.ts';

describe('the state of a list', () => {
  it('comes back as it was, and fits a button', () => {
    const wanted: KeyQuery = {
      accountId: '111122223333',
      userName: '*'.repeat(80),
      owner: { kind: 'group', groupId: 'S0CALL' },
      status: 'Expired',
      olderDays: 36_500,
      findings: ['unused', 'owner_missing', 'two_active_keys', 'console_user'],
      snoozed: true,
      accessKeyId: 'AKIA',
    };
    const from = { before: { urgency: 1_500_123, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } };
    const text = printState(wanted, from, 12, Date.now());
    expect(text.length).toBeLessThan(2_000);
    expect(text).toMatch(/^[\w-]+$/);
    expect(parseState(text)).toEqual({ query: wanted, place: { from, page: 12 } });
  });

  it.each(['', 'x', Buffer.from('{"query":{"findings":["nonsense"]}}').toString('base64url')])(
    'refuses %o as of another version',
    (text) => {
      expect(() => parseState(text)).toThrow('from an older version of Rekey');
    },
  );
});
