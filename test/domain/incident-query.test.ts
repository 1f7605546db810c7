import { describe, expect, it } from 'vitest';
import { OPEN_INCIDENTS, readIncidentQuery } from '../../src/domain/incident-query.ts';

const ACCOUNTS = [
  { name: 'main', accountId: '111122223333' },
  { name: 'billing production', accountId: '444455556666' },
];
const read = (text: string) => readIncidentQuery(text, ACCOUNTS);

describe('what is typed behind /aws-incidents', () => {
  it.each([
    ['', {}],
    ['closed', { open: false }],
    ['all', { open: null }],
    ['ALL Medium', { open: null, least: 'medium' }],
    ['critical open', { open: true, least: 'critical' }],
    ['account:main', { accountId: '111122223333' }],
    ['account:“Billing Production” high', { accountId: '444455556666', least: 'high' }],
    ['account:444455556666', { accountId: '444455556666' }],
    ['account:777788889999', { accountId: '777788889999' }],
    ['akiaiosfodnn7example', { text: 'AKIAIOSFODNN7EXAMPLE' }],
    ['user:alice', { text: 'alice' }],
    ['all role:deploy-100%', { open: null, text: 'deploy-100%' }],
  ])('%j narrows the list', (text, changes) => {
    expect(read(text)).toEqual({ ok: true, query: { ...OPEN_INCIDENTS, ...changes } });
  });

  it.each([
    ['account:nowhere', 'No account is called “nowhere”'],
    ['account:', 'No account is called “”'],
    ['account:12345', 'No account is called “12345”'],
    ['alice bob', 'Only one key, user or role'],
  ])('%j is refused, with the reason', (text, error) => {
    expect(read(text)).toEqual({ ok: false, error: expect.stringContaining(error) as string });
  });
});
