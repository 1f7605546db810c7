import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entryLine } from '../../src/audit/line.ts';
import { parseHead, printHead } from '../../src/audit/head.ts';
import { parseSince } from '../../src/audit/since.ts';
import type { AuditRow } from '../../src/ports/audit.ts';
import { entryText, VERB_FAMILIES, verbWords } from '../../src/slack/blocks/audit.ts';
import { EXPORTED_PER_MESSAGE, exportMessages } from '../../src/slack/blocks/line-pages.ts';
import { validateMessage } from '../../src/slack/blocks/validate.ts';
import { entry } from '../db/samples.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

describe('a moment given by hand', () => {
  test.each([
    ['7d', NOW - 7 * 86_400_000],
    ['12H', NOW - 12 * 3_600_000],
    ['2w', NOW - 14 * 86_400_000],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    [' 2026-11-20T10:00 ', Date.UTC(2026, 10, 20, 10)],
    ['2026-11-20 10:00:30Z', Date.UTC(2026, 10, 20, 10, 0, 30)],
    ['2026-11-20T10:00+02:00', Date.UTC(2026, 10, 20, 8)],
  ])('%s is understood', (text, at) => {
    expect(parseSince(text, NOW)).toBe(at);
  });

  test.each([
    '',
    'yesterday',
    '7',
    '7m',
    '-7d',
    '2026-13-01',
    '2026-02-30',
    '2026-04-31T10:00Z',
    '2026-11-20T25:00',
    '11/20/2026',
    '1763900000000',
  ])('%j is refused', (text) => {
    expect(() => parseSince(text, NOW)).toThrow('not a time');
  });
});

describe('a printed head', () => {
  test('is read as it was printed, whole or cut', () => {
    const hmac = 'ab12cd34'.repeat(8);
    expect(printHead({ seq: 12, hmac })).toBe(`12:${hmac.slice(0, 32)}`);
    expect(parseHead(printHead({ seq: 12, hmac }))).toEqual({ seq: 12, prefix: hmac.slice(0, 32) });
    expect(parseHead(' 12:AB12CD34… ')).toEqual({ seq: 12, prefix: 'ab12cd34' });
  });

  test.each(['', '12', '12:', '12:ab12', '0:ab12cd34', 'x:ab12cd34', '12:ab12cd3z', `1:${'a'.repeat(65)}`])(
    '%j is refused',
    (text) => {
      expect(() => parseHead(text)).toThrow('not an audit head');
    },
  );
});

const row: AuditRow = {
  ...entry({ id: 'e1', at: NOW, why: 'tidy\u202eup\u009b' }),
  doer: '{"kind":"rekey"}',
  detail: '{"n":1}',
  seq: 1,
  hmac: 'ff',
  keyId: 'k',
};

describe('an entry', () => {
  test('is one line of JSON that shows what would fool a terminal', () => {
    const line = entryLine(row);
    expect(line).toContain('tidy\\u202eup\\u009b');
    expect(JSON.parse(line)).toMatchObject({
      seq: 1,
      at: '2026-11-23T12:00:00.000Z',
      doer: { kind: 'rekey' },
      detail: { n: 1 },
      why: row.why,
    });
  });

  test('prints though somebody broke it by hand', () => {
    const broken = { ...row, detail: '{', doer: 'me', at: Number.NaN };
    expect(JSON.parse(entryLine(broken))).toMatchObject({ detail: '{', doer: 'me', at: null });
  });

  test('reads in words, with its connection by name', () => {
    const names = new Map([['x', 'Payroll *prod*']]);
    expect(entryText(entry({ id: 'e1', at: NOW }), names)).toMatch(
      /^<!date\^[^>]+> · <@U1> connected \*Payroll \u200b?.*\* · done$/,
    );
    expect(entryText(entry({ id: 'e1', outcome: null, phase: 'intent' }), names)).toMatch(/· begun$/);
    const role = entry({
      id: 'e1',
      verb: 'role.give',
      entityKind: 'role',
      entityId: 'admin',
      detail: { to: ['U2'] },
    });
    expect(entryText(role, names)).toMatch(/gave the role \*admin\* · done\nto \["U2"\]$/);
    const strange = entry({
      id: 'e1',
      doer: { kind: 'rekey' },
      verb: 'toString',
      entityId: '<!here>',
      why: '<@U9>',
    });
    expect(entryText(strange, names)).toMatch(/\*Rekey\* toString `&lt;!here&gt;` · done\n&lt;@U9&gt;$/);
  });

  test('is of a family that the filter offers, whatever wrote it', () => {
    const known = new Set(VERB_FAMILIES.map(([family]) => family));
    const written = new Set<string>();
    for (const root of ['src', 'commands']) {
      const folder = new URL(`../../${root}/`, import.meta.url);
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!name.endsWith('.ts')) continue;
        const text = readFileSync(new URL(name, folder), 'utf8');
        for (const [, family = ''] of text.matchAll(/\bverb\b[^;\n]{0,80}?['`]([a-z_]+)\.[a-z_$]/g)) {
          written.add(family);
        }
      }
    }
    expect(written.size).toBeGreaterThan(10);
    expect([...written].filter((family) => !known.has(family) && family !== 'noun')).toEqual([]);
  });

  test('reads in words when it is about what was shut off', () => {
    const acts = 'contain undo recover stop_holding look hold set_key attach_deny detach_deny put_deny';
    const more = 'delete_deny put_date delete_date well broke';
    for (const act of `${acts} ${more}`.split(' ')) {
      expect(verbWords(`containment.${act}`)).not.toContain('.');
    }
    for (const act of ['revoke', 'approve', 'decline', 'lift', 'put_deny', 'delete_deny']) {
      expect(verbWords(`role.${act}`)).not.toContain('.');
    }
  });

  test('has no words yet for a new verb, and shows it as it is', () => {
    expect(verbWords('connection.edit')).toBe('edited');
    expect(verbWords('rocket.launch')).toBe('rocket.launch');
  });
});

describe('an export', () => {
  test('fits into messages, every line once and in order', () => {
    const lines = Array.from({ length: 130 }, (_, index) =>
      JSON.stringify({ index, why: 'x'.repeat(index % 7 === 0 ? 2_000 : 300) }),
    );
    const messages = exportMessages(lines, true);
    for (const message of messages) expect(validateMessage(message)).toEqual([]);
    const shown = messages.flatMap(({ blocks }) =>
      blocks.flatMap((block) => {
        const found = /"text":("\{.*\}")/.exec(JSON.stringify(block))?.[1];
        return found === undefined ? [] : (JSON.parse(found) as string).split('\n');
      }),
    );
    expect(shown).toEqual(lines);
    expect(messages.length).toBeGreaterThanOrEqual(lines.length / EXPORTED_PER_MESSAGE);
    expect(JSON.stringify(messages.at(-1))).toContain('more entries than messages hold');
    expect(JSON.stringify(messages[0])).not.toContain('more entries');
  });

  test('of nothing is no message; one of a huge entry is cut', () => {
    expect(exportMessages([], false)).toEqual([]);
    const messages = exportMessages(['x'.repeat(9_000)], false);
    expect(messages.map(validateMessage)).toEqual([[]]);
    expect(JSON.stringify(messages)).toContain('x…');
  });
});
