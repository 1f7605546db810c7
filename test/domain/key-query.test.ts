import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERY_KEY, onlyKeyId, readQuery, type KeyQuery } from '../../src/domain/key-query.ts';
import { nearest } from '../../src/domain/nearest.ts';

const ground = {
  userId: 'U0ME',
  accounts: [
    { name: 'Billing production', accountId: '111122223333' },
    { name: 'Shop', accountId: '222233334444' },
  ],
};

function query(text: string): Partial<KeyQuery> | string {
  const read = readQuery(text, ground);
  if (!read.ok) return `${read.error} ${read.next}`;
  return Object.fromEntries(
    Object.entries(read.query).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(EVERY_KEY, name)),
    ),
  );
}

describe('a filter of keys', () => {
  it.each<[string, Partial<KeyQuery>]>([
    ['', {}],
    ['   ', {}],
    ['account:111122223333', { accountId: '111122223333' }],
    ['account:1111-2222-3333', { accountId: '111122223333' }],
    ['111122223333', { accountId: '111122223333' }],
    ['account:"billing  PRODUCTION"', { accountId: '111122223333' }],
    ['account:“Billing production”', { accountId: '111122223333' }],
    ['Account: shop', { accountId: '222233334444' }],
    ['user:deploy*', { userName: 'deploy*' }],
    ['user:a&amp;b', { userName: 'a&b' }],
    ['owner:<@U0ADA|ada>', { owner: { kind: 'user', userId: 'U0ADA' } }],
    ['owner: <@U0ADA|ada lovelace>', { owner: { kind: 'user', userId: 'U0ADA' } }],
    ['<@U0ADA>', { owner: { kind: 'user', userId: 'U0ADA' } }],
    ['owner:<!subteam^S0CALL|@oncall>', { owner: { kind: 'group', groupId: 'S0CALL' } }],
    ['owner:me', { owner: { kind: 'user', userId: 'U0ME' } }],
    ['mine', { owner: { kind: 'user', userId: 'U0ME' } }],
    ['owner:none', { findings: ['owner_missing'] }],
    ['no-owner owner:none', { findings: ['owner_missing'] }],
    ['unused never-used', { findings: ['unused', 'never_used'] }],
    ['status:Inactive', { status: 'Inactive' }],
    ['active', { status: 'Active' }],
    ['older:90d', { olderDays: 90 }],
    ['older:90', { olderDays: 90 }],
    ['older:12w', { olderDays: 84 }],
    ['older:2years', { olderDays: 730 }],
    ['snoozed', { snoozed: true }],
    ['key:iosf', { accessKeyId: 'IOSF' }],
    ['akia12', { accessKeyId: 'AKIA12' }],
    ['unused account:shop older:90d', { findings: ['unused'], accountId: '222233334444', olderDays: 90 }],
  ])('reads %s', (text, wanted) => {
    expect(query(text)).toEqual(wanted);
  });

  it.each([
    ['unsued', 'Did you mean `unused`?'],
    ['acount:shop', 'Did you mean `account:`?'],
    ['account:shpo', 'Did you mean “Shop”?'],
    ['account:elsewhere', 'There are: “Billing production”, “Shop”.'],
    ['frobnicate', 'There are: `account:'],
    ['owner:@ada', 'Slack did not say who that is.'],
    ['owner:', 'needs something behind it'],
    ['status:on', 'There is no such status.'],
    ['older:0d', 'no number of days'],
    ['older:90m', 'no number of days'],
    ['user:' + 'x'.repeat(90), 'longer than any name'],
    ['key:AK/IA', 'letters and digits only'],
    ['constructor', 'There are: `account:'],
    ['status:constructor', 'There is no such status.'],
  ])('refuses %s with what there is', (text, words) => {
    expect(query(text)).toContain(words);
  });

  it('neither repeats nor takes what looks like a secret', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzEXAMPL';
    for (const text of [secret, `user:${secret}`, `unused ${secret} mine`]) {
      const told = query(text);
      expect(told).toContain('looks like a secret access key');
      expect(told).not.toContain(secret);
    }
  });

  it('never throws, and says something of anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const read = readQuery(text, ground);
        expect(read.ok || read.error.length > 0).toBe(true);
      }),
    );
  });

  it.each([
    ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    [' `akiaiosfodnn7example` ', 'AKIAIOSFODNN7EXAMPLE'],
    ['AKIAIOSFODNN7EXAMPLE unused', null],
    ['AKIA', null],
    ['ASIAIOSFODNN7EXAMPLE', null],
  ])('tells one access key id from a filter: %s', (text, id) => {
    expect(onlyKeyId(text)).toBe(id);
  });
});

describe('the nearest word', () => {
  it.each([
    ['unsed', 'unused'],
    ['UNUSED', 'unused'],
    ['zzz', null],
    ['', null],
  ])('of %o is %o', (word, wanted) => {
    expect(nearest(word, ['unused', 'snoozed', 'mine'])).toBe(wanted);
  });
});
