import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DESTINATION_KINDS, factsOf } from '../../src/destinations/index.ts';
import type { Typed } from '../../src/ports/destination.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:rekey/shop/deploy-AbC123';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const secret = { secretName: 'rekey/shop', region: 'eu-central-1', mode: 'merge' };
const parameter = { shape: 'pair', parameterName: '/rekey/shop', region: 'eu-central-1' };

function errorsOf(kind: (typeof DESTINATION_KINDS)[number], typed: Typed): Readonly<Record<string, string>> {
  const read = factsOf(kind).form.read(typed, null);
  return read.ok ? {} : read.errors;
}

describe('what is typed for a destination', () => {
  it.each([
    ['secrets-manager', secret],
    ['ssm-parameter', parameter],
    ['ssm-parameter', { ...parameter, shape: 'two', secondParameterName: '/rekey/shop/secret' }],
    ['webhook', { url: ' https://hooks.example.com/rekey ' }],
  ] as const)('becomes a target of %s, and the same again from the form of a change', (kind, typed) => {
    const { form, schema } = factsOf(kind);
    const read = form.read(typed, null);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(schema.safeParse(read.target).success).toBe(true);
    expect(form.read(form.typed(read.target), read.target)).toMatchObject({ ok: true, target: read.target });
  });

  it('may be an ARN, which brings its region and account', () => {
    const read = factsOf('secrets-manager').form.read({ secretName: ARN, region: null }, null);
    expect(read).toMatchObject({
      ok: true,
      accountId: '123456789012',
      target: { name: 'rekey/shop/deploy', region: 'eu-central-1' },
    });
    const arn = 'arn:aws:ssm:eu-west-1:123456789012:parameter/rekey/shop';
    expect(factsOf('ssm-parameter').form.read({ shape: 'pair', parameterName: arn }, null)).toMatchObject({
      ok: true,
      accountId: '123456789012',
      target: { name: '/rekey/shop', region: 'eu-west-1' },
    });
  });

  it.each([
    ['secrets-manager', { ...secret, secretName: 'prod/shop' }, 'secretName', 'begins with rekey/'],
    ['secrets-manager', { ...secret, secretName: 'rekey/' }, 'secretName', 'begins with rekey/'],
    ['secrets-manager', { ...secret, secretName: 'rekey/a b' }, 'secretName', 'letters, digits'],
    ['secrets-manager', { ...secret, secretName: 'arn:aws:s3:::b' }, 'secretName', 'not the ARN of a secret'],
    ['secrets-manager', { ...secret, secretName: SECRET }, 'secretName', 'secret access key'],
    ['secrets-manager', { secretName: ARN, region: 'us-east-1' }, 'region', 'The ARN is of eu-central-1'],
    ['secrets-manager', { ...secret, region: null }, 'region', 'Type a region'],
    ['secrets-manager', { ...secret, region: 'Frankfurt' }, 'region', 'eu-central-1'],
    ['secrets-manager', { ...secret, idField: 'a', secretField: 'a' }, 'secretField', 'two names'],
    ['secrets-manager', { ...secret, idField: 'a b' }, 'idField', 'Letters, digits'],
    ['secrets-manager', { ...secret, kmsKey: 'my key' }, 'kmsKey', 'alias/rekey'],
    ['ssm-parameter', { ...parameter, parameterName: 'rekey/x' }, 'parameterName', 'begins with /rekey/'],
    [
      'ssm-parameter',
      { ...parameter, secondParameterName: '/rekey/y' },
      'secondParameterName',
      'Leave this empty',
    ],
    ['ssm-parameter', { ...parameter, shape: 'two' }, 'secondParameterName', 'begins with /rekey/'],
    [
      'ssm-parameter',
      { ...parameter, shape: 'two', secondParameterName: '/rekey/shop' },
      'secondParameterName',
      'two names',
    ],
    ['webhook', { url: null }, 'url', 'Type the address'],
    ['webhook', { url: 'hooks.example.com' }, 'url', 'not an address'],
    ['webhook', { url: `https://example.com/${'x'.repeat(2_000)}` }, 'url', 'too long'],
  ] as const)('of %s: %j is refused at %s', (kind, typed, field, words) => {
    expect(errorsOf(kind, typed)[field]).toContain(words);
  });

  it('keeps the address that stands when it is left empty', () => {
    const { form } = factsOf('webhook');
    const before = { url: 'https://hooks.example.com/tok' };
    expect(form.typed(before)).toEqual({ url: null });
    expect(form.read({ url: null }, before)).toMatchObject({ ok: true, target: before });
  });

  it('is either a target its kind takes, or refused in words that do not repeat it, whatever it is', () => {
    const typed = fc.oneof(
      fc.string({ maxLength: 60, unit: 'grapheme' }),
      fc.constantFrom(
        '<!channel>',
        '\u202erekey/x',
        'rekey/<b>',
        'x'.repeat(10_000),
        ARN,
        SECRET,
        '/rekey/ok',
      ),
    );
    for (const kind of DESTINATION_KINDS) {
      const { form, schema } = factsOf(kind);
      const names = form.fields.map(({ name }) => name);
      fc.assert(
        fc.property(fc.array(typed, { minLength: names.length, maxLength: names.length }), (values) => {
          const given = Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
          const read = form.read(given, null);
          const errors = read.ok ? {} : read.errors;
          expect(!read.ok || schema.safeParse(read.target).success).toBe(true);
          expect(Object.values(errors).join(' ')).not.toMatch(/<!channel>|x{100}|wJalrX|\u202e/);
          expect(Object.keys(errors).every((name) => names.includes(name))).toBe(true);
        }),
        { numRuns: 60 },
      );
    }
  });
});
