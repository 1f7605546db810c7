import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnectFields, parseDescription } from '../../src/domain/credential-input.ts';
import { givesAway, holdsSecret } from '../../src/domain/pasted-text.ts';

const ID = 'AKIARZPUZDIKDUIDT77F';
const SECRET = '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';

describe('a secret in free text', () => {
  it.each([
    ['alone', SECRET],
    ['in a sentence', `the key is ${SECRET}, keep it`],
    ['behind its key id', `${ID}${SECRET}`],
    ['pasted twice', `${SECRET}${SECRET}`],
    ['with one character too many', `${SECRET}x`],
    ['broken by a line break', `${SECRET.slice(0, 20)}\n${SECRET.slice(20)}`],
  ])('is found %s', (_how, text) => {
    expect(holdsSecret(text)).toBe(true);
  });

  it('is found whatever it is glued to', () => {
    const random = fc
      .uint8Array({ minLength: 30, maxLength: 30 })
      .map(() => randomBytes(30).toString('base64'));
    fc.assert(
      fc.property(random, fc.stringMatching(/^[A-Za-z0-9]{0,12}$/), (secret, around) => {
        expect(holdsSecret(`${around}${secret}${around}`)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    'billing production, owned by Platform Engineering since 2026',
    'https://wiki.example.com/display/TeamPlatform/AwsAccessKeys/Production/Billing2026',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'Infrastructure Responsible Department Administration Organisation',
  ])('is not found in %s', (text) => {
    expect(holdsSecret(text)).toBe(false);
  });

  it('is refused at the field that gives a part of the typed secret away', () => {
    const raw = { accessKeyId: ID, secretAccessKey: SECRET };
    const parsed = parseConnectFields(
      { ...raw, name: 'production', description: `starts ${SECRET.slice(0, 14)}` },
      'access_key',
    );
    expect(parsed).toMatchObject({ ok: false, errors: { description: expect.stringMatching(/secret/) } });
    expect(JSON.stringify(parsed)).not.toContain(SECRET.slice(0, 14));
    expect(givesAway(SECRET.slice(3, 14), SECRET)).toBe(false);
  });
});

describe('a description', () => {
  it.each(['a\u0001b', 'a\u001bb', 'lone \ud800'])('refuses characters that nobody can see', (text) => {
    expect(parseDescription(text)).toMatchObject({ ok: false });
  });

  it('keeps its line breaks', () => {
    expect(parseDescription('two\nlines')).toEqual({ ok: true, value: 'two\nlines' });
  });
});
