import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, CSV_HEADER, csvLine } from '../../src/domain/key-csv.ts';
import { HOSTILE, key, standing } from '../db/key-samples.ts';

const NOW = Date.UTC(2026, 10, 3, 12);
const DAY = 86_400_000;

/** The cells of one line, as a spreadsheet reads them. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  );
}

describe('a line of CSV', () => {
  it('has every fact under its name, with as of when', () => {
    const line = csvLine(
      {
        key: key({
          accessKeyId: 'AKIA1',
          createdAt: NOW - 100 * DAY,
          lastUse: { kind: 'used', at: NOW - DAY, service: 's3', region: null, asOf: NOW },
        }),
        standing: standing('AKIA1', 1, ['over_age', 'unused'], [{ kind: 'user', userId: 'U1' }]),
        accountName: 'Shop, the old one',
        readAt: NOW,
      },
      NOW,
    );
    const row = Object.fromEntries(CSV_HEADER.split(',').map((name, at) => [name, cells(line)[at]]));
    expect(row).toMatchObject({
      account_name: 'Shop, the old one',
      access_key_id: 'AKIA1',
      age_days: '100',
      last_use: 'used',
      last_used_at: '2026-11-02T12:00:00.000Z',
      last_used_region: '',
      last_use_as_of: '2026-11-03T12:00:00.000Z',
      owners: 'U1',
      findings: 'over age; unused',
      account_read_at: '2026-11-03T12:00:00.000Z',
    });
  });

  it('says unknown, and why, instead of never', () => {
    const lastUse = { kind: 'unknown', why: 'throttled', since: 1, last: null } as const;
    const line = csvLine(
      { key: key({ accessKeyId: 'K', lastUse }), standing: null, accountName: '', readAt: null },
      NOW,
    );
    const row = Object.fromEntries(CSV_HEADER.split(',').map((name, at) => [name, cells(line)[at]]));
    expect(row).toMatchObject({
      last_use: 'unknown',
      last_use_why_unknown: 'throttled',
      last_used_at: '',
      kind: '',
    });
  });

  it.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"' =1"`],
    ['\n=1', `"' =1"`],
    ['  =1', `"'  =1"`],
    ['＝1', `"'＝1"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['\u202e=1', `"'\u202e=1"`],
    ['\u2066\u00ad +1', `"'\u2066\u00ad +1"`],
    ['|calc', `"'|calc"`],
    ['a=1', 'a=1'],
    ['two\r\nlines', 'two lines'],
    ['quote"d', '"quote""d"'],
    ['a,b', '"a,b"'],
    ['', ''],
  ])('writes %o so that no spreadsheet computes it', (text, wanted) => {
    expect(csvCell(text)).toBe(wanted);
  });

  it('keeps its cells whatever is in them', () => {
    const columns = CSV_HEADER.split(',').length;
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), (text) => {
        const hostile = key({ accessKeyId: 'K', userName: text, description: text });
        const line = csvLine({ key: hostile, standing: null, accountName: text, readAt: null }, NOW);
        expect(line).not.toMatch(/[\r\n]/);
        expect(cells(line)).toHaveLength(columns);
        expect(cells(line).filter((cell) => /^[\s\p{Cf}]*[=+\-@]/u.test(cell))).toEqual([]);
      }),
    );
  });
});
