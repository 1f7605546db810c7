import { array, assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecords } from '../../src/inventory/csv.ts';
import { parseReport } from '../../src/inventory/report.ts';
import type { Report } from '../../src/inventory/report.ts';

const COLUMNS =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info';
const AT = '2026-05-06T07:08:09+00:00';
const arnOf = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
const NONE = 'false,N/A,N/A,N/A,N/A';
const SILENT = `true,${AT},N/A,N/A,N/A`;
const rest = 'false,N/A,false,N/A,';

function reportOf(...rows: string[]): Report {
  const report = parseReport(Buffer.from([COLUMNS, ...rows].join('\n')), 5);
  if (report === null) throw new Error('It was not understood.');
  return report;
}

function rowFor(name: string, keys: string, user = name): string {
  return `${user},${arnOf(name)},2020-01-01T00:00:00+00:00,true,no_information,${AT},N/A,false,${keys},${rest}`;
}

describe('records in CSV', () => {
  it.each([
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,\r\n',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['\uFEFFa,"b, c","d ""e"""\n', [['a', 'b, c', 'd "e"']]],
    ['"a\nb",c', [['a\nb', 'c']]],
    ['"open,\nnever closed', [['open,\nnever closed']]],
    ['"a"b,c', [['ab', 'c']]],
    ['\n\n,\n', [['', '']]],
    ['a,', [['a', '']]],
    ['', []],
  ])('of %j', (text, records) => {
    expect([...csvRecords(text)]).toEqual(records);
  });

  it('come back as they were written, whatever is in them', () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const field = string({ unit: 'grapheme' });
    assert(
      property(array(array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (records) => {
        const text = records.map((record) => record.map(quoted).join(',')).join('\r\n');
        expect([...csvRecords(text)]).toEqual(records);
      }),
    );
  });

  it('of any text whatever end', () => {
    assert(property(string({ unit: 'binary' }), (text) => void [...csvRecords(text)]));
  });
});

describe('a credential report', () => {
  it('is read by the names of its columns', () => {
    const used = `TRUE,${AT},2026-05-07T00:00:00+00:00,N/A,s3`;
    const report = reportOf(
      `<root_account>,arn:aws:iam::111122223333:root,${AT},not_supported,${AT},not_supported,not_supported,true,True,${AT},N/A,N/A,N/A,FALSE,N/A,N/A,N/A,N/A,${rest}`,
      rowFor('ann', `${used},${NONE}`),
    );
    expect(report.rootKeys).toBe(1);
    expect(report.rows.get(arnOf('ann'))).toEqual({
      userName: 'ann',
      arn: arnOf('ann'),
      createdAt: Date.UTC(2020, 0, 1),
      password: true,
      slots: [
        {
          filled: true,
          active: true,
          changedAt: Date.parse(AT),
          use: { kind: 'used', use: { at: Date.UTC(2026, 4, 7), service: 's3', region: null } },
        },
        { filled: false, active: false, changedAt: null, use: { kind: 'none' } },
      ],
      digest: expect.any(String) as string,
    });
  });

  it('may have other columns, another order, quoted names and another case', () => {
    const text = [
      'ARN,new_column,access_key_2_active,User,access_key_1_active,access_key_1_last_rotated,access_key_2_last_rotated',
      `"${arnOf('a,b')}",x,False,"a,b",FALSE,${AT},n/a`,
    ].join('\r\n');
    const row = parseReport(Buffer.from(text), 1)?.rows.get(arnOf('a,b'));
    expect(row).toMatchObject({ userName: 'a,b', password: null, createdAt: null });
    expect(row?.slots.map(({ filled, active }) => [filled, active])).toEqual([
      [true, false],
      [false, false],
    ]);
    // No column, no answer.
    expect(row?.slots.map(({ use }) => use.kind)).toEqual(['unreadable', 'unreadable']);
  });

  it.each([
    ['no_information', 'us-east-1', 'sts', 'unreadable'],
    ['not_supported', 'us-east-1', 'sts', 'unreadable'],
    ['', 'N/A', 'N/A', 'unreadable'],
    ['yesterday', 'N/A', 'N/A', 'unreadable'],
    ['2026-13-45T00:00:00Z', 'N/A', 'N/A', 'unreadable'],
    [AT, 'not_supported', 'sts', 'unreadable'],
    [AT, 'us-east-1', 'no_information', 'unreadable'],
    ['N/A', 'not_supported', 'not_supported', 'none'],
    ['n/a', 'N/A', 'N/A', 'none'],
    [AT, 'N/A', 's3', 'used'],
  ])('tells by %s, %s, %s: %s', (date, region, service, kind) => {
    const row = reportOf(rowFor('ann', `true,${AT},${date},${region},${service},${NONE}`)).rows.get(
      arnOf('ann'),
    );
    expect(row?.slots[0].use.kind).toBe(kind);
  });

  it.each([
    [`true,N/A`, true],
    [`false,${AT}`, true],
    ['false,N/A', false],
    ['false,no_information', null],
    ['not_supported,N/A', null],
    [',', null],
  ])('has a key in a slot of %s: %s', (cells, filled) => {
    const row = reportOf(rowFor('ann', `${cells},N/A,N/A,N/A,${NONE}`)).rows.get(arnOf('ann'));
    expect(row?.slots[0].filled).toBe(filled);
  });

  it('is not told of a user whose row does not fit', () => {
    const report = reportOf(
      // A comma that was not quoted, a name that is not the ARN's, no ARN, too few cells.
      rowFor('a,b', `${SILENT},${NONE}`),
      rowFor('carol', `${SILENT},${NONE}`, 'dave'),
      `erin,,${AT}`,
      `fred,${arnOf('fred')},${AT}`,
    );
    expect([...report.rows.keys()]).toEqual([arnOf('fred')]);
    expect(report.rows.get(arnOf('fred'))?.slots.map(({ filled }) => filled)).toEqual([null, null]);
    expect(report.rootKeys).toBeNull();
  });

  it.each(['', '<html>', 'user,arn\nann,x', 'a,b,c'])('is none when it is %j', (text) => {
    expect(parseReport(Buffer.from(text), 1)).toBeNull();
  });

  it('has another digest when the keys changed, and the same when only the password was used', () => {
    const digest = (row: string) => reportOf(row).rows.get(arnOf('ann'))?.digest;
    const plain = rowFor('ann', `${SILENT},${NONE}`);
    expect(digest(plain.replace('no_information', AT))).toBe(digest(plain));
    expect(digest(plain.replace('true,no_information', 'false,N/A'))).toBe(digest(plain));
    expect(digest(plain.replaceAll('true', 'TRUE'))).toBe(digest(plain));
    const changed = [
      rowFor('ann', `${NONE},${NONE}`),
      rowFor('ann', `${SILENT.replace('true', 'false')},${NONE}`),
      rowFor('ann', `true,${AT},${AT},N/A,s3,${NONE}`),
      rowFor('ann', `${SILENT},${SILENT}`),
      plain.replace('2020-01-01', '2021-01-01'),
    ];
    expect(new Set([plain, ...changed].map(digest)).size).toBe(changed.length + 1);
  });
});
