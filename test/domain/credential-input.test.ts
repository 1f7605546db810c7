import { describe, expect, it } from 'vitest';
import {
  parseConnectFields,
  parseConnectionName,
  parseCredentials,
  parseDescription,
} from '../../src/domain/credential-input.ts';

const ID = 'AKIARZPUZDIKDUIDT77F'; // account 123456789012
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

describe('names and descriptions', () => {
  it.each([
    [' Billing  production ', 'Billing production'],
    ['a', 'a'],
    ['東京', '東京'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['bil\u200bling', 'billing'],
  ])('takes %j', (raw, name) => {
    expect(parseConnectionName(raw)).toEqual({ ok: true, value: name });
  });

  it.each([
    ['', /Give the connection a name/],
    [' \u200b ', /Give the connection a name/],
    ['x'.repeat(61), /at most 60 characters; this has 61/],
    ['a\u0007b', /control characters/],
    ['a\ud800', /control characters/],
    ['---', /at least one letter or digit/],
    ['🔑', /at least one letter or digit/],
    [`key ${SECRET}`, /seems to hold a secret/],
    [`secret-${SECRET}!`, /seems to hold a secret/],
    ['QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOpAsDf', /seems to hold a secret/],
  ])('refuses %j', (raw, words) => {
    const parsed = parseConnectionName(raw);
    expect(parsed.ok ? '' : parsed.error).toMatch(words);
  });

  it('limits the description and keeps secrets out of it', () => {
    expect(parseDescription('x'.repeat(500)).ok).toBe(true);
    expect(parseDescription(null)).toEqual({ ok: true, value: '' });
    expect(parseDescription('x'.repeat(501))).toMatchObject({ ok: false });
    expect(parseDescription(`aws_secret_access_key=${SECRET}`)).toMatchObject({ ok: false });
    expect(parseDescription('built from 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12').ok).toBe(true);
  });
});

describe('the whole form', () => {
  const raw = {
    name: 'Billing',
    description: '',
    accountId: '1234-5678-9012',
    region: 'eu-central-1',
    accessKeyId: ID,
    secretAccessKey: SECRET,
  };

  it('gives values', () => {
    const parsed = parseConnectFields(raw, 'access_key');
    expect(parsed).toMatchObject({
      ok: true,
      value: { name: 'Billing', description: '', accountId: '123456789012', region: 'eu-central-1' },
    });
    expect(JSON.stringify(parsed)).not.toContain(SECRET);
  });

  it('finds a foreign account without a call', () => {
    const parsed = parseConnectFields({ ...raw, accountId: '210987654321' }, 'access_key');
    expect(parsed).toMatchObject({
      ok: false,
      errors: { accountId: expect.stringMatching(/1234-5678-9012, not 2109-8765-4321/) },
    });
  });

  it('leaves an account that the id does not hold to the check', () => {
    const parsed = parseConnectFields(
      { ...raw, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', accountId: '210987654321' },
      'access_key',
    );
    expect(parsed.ok).toBe(true);
  });

  it('finds a canary without a call', () => {
    const parsed = parseCredentials(
      { accessKeyId: 'AKIASP2TPHJSQH3FJRUX', secretAccessKey: SECRET },
      'access_key',
    );
    expect(parsed).toMatchObject({
      ok: false,
      errors: { accessKeyId: expect.stringMatching(/Thinkst Canary/) },
    });
    const role = parseCredentials({ roleArn: 'arn:aws:iam::171436882533:role/x' }, 'role');
    expect(role).toMatchObject({ ok: false, errors: { roleArn: expect.stringMatching(/Thinkst Canary/) } });
  });

  it('shows all errors at once', () => {
    const parsed = parseConnectFields({ name: '!', accountId: '12', region: 'x', roleArn: 'y' }, 'role');
    expect(Object.keys(parsed.ok ? {} : parsed.errors)).toEqual(['name', 'accountId', 'region', 'roleArn']);
  });

  it('compares a role with account and region', () => {
    const role = { name: 'R', roleArn: 'arn:aws-cn:iam::123456789012:role/Rekey' };
    expect(parseConnectFields({ ...role, region: 'cn-north-1', accountId: '123456789012' }, 'role').ok).toBe(
      true,
    );
    expect(
      parseConnectFields({ ...role, region: 'eu-west-1', accountId: '210987654321' }, 'role'),
    ).toMatchObject({
      ok: false,
      errors: { region: expect.stringMatching(/aws-cn/), accountId: expect.stringMatching(/2109-8765-4321/) },
    });
  });

  it('ignores the fields of the other method', () => {
    const parsed = parseConnectFields({ ...raw, roleArn: 'nonsense' }, 'access_key');
    expect(parsed.ok).toBe(true);
  });
});
