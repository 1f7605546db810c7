import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { headBytes, rowBytes, GENESIS } from '../../src/audit/chain.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import type { AuditRow, AuditSigner } from '../../src/ports/audit.ts';
import { Ledger, masterKey, named } from './ledger.ts';

/** Whatever somebody does to the rows, without the key, is found and named: by random logs on a real file. */

const RUNS = 40;
const place = (length: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: length });
const lengths = fc.integer({ min: 3, max: 14 });
const COLUMNS = [
  'id',
  'doer',
  'verb',
  'phase',
  'outcome',
  'entity_kind',
  'entity_id',
  'why',
  'detail',
  'correlation_id',
];

async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (ledger: Ledger, value: T) => Promise<void>,
): Promise<void> {
  const ledger = await Ledger.open('sqlite');
  await fc.assert(
    fc.asyncProperty(arbitrary, async (value) => {
      await ledger.tamper('delete from audit_entries', 'delete from audit_head');
      await check(ledger, value);
    }),
    { numRuns: RUNS },
  );
}

async function chained(ledger: Ledger, length: number): Promise<void> {
  await ledger.write(length);
  await ledger.chain();
  expect((await ledger.verify()).result).toBe('verified');
}

test('any change of any column of any row is named, and nothing else', async () => {
  const cases = lengths.chain((length) =>
    fc.tuple(fc.constant(length), place(length), fc.constantFrom(...COLUMNS), fc.string()),
  );
  await holds(cases, async (ledger, [length, seq, column, value]) => {
    await chained(ledger, length);
    await ledger.tamper(
      `update audit_entries set ${column} = '${value.replaceAll("'", "''")}~' where seq = ${seq}`,
    );
    const verdict = await ledger.verify();
    expect(named(verdict)).toEqual([`changed ${seq}`]);
    expect(verdict.right).toBe(length - 1);
  });
});

test('any rows that are removed are named by their places', async () => {
  const cases = lengths.chain((length) =>
    fc.tuple(fc.constant(length), fc.uniqueArray(place(length), { minLength: 1, maxLength: length })),
  );
  await holds(cases, async (ledger, [length, gone]) => {
    await chained(ledger, length);
    await ledger.tamper(`delete from audit_entries where seq in (${gone.join()})`);
    const verdict = await ledger.verify();
    const texts = verdict.findings.map(({ text }) => text).join('\n');
    const last = Math.max(
      0,
      ...Array.from({ length }, (_, at) => at + 1).filter((seq) => !gone.includes(seq)),
    );
    expect(verdict.result).toBe('broken');
    const beginnings = gone.filter((seq) => seq < last && !gone.includes(seq - 1));
    const unnamed = beginnings.filter((seq) => !new RegExp(`places? ${seq} `).test(texts));
    expect(unnamed).toEqual([]);
    expect(named(verdict).includes(`cut ${last + 1}`)).toBe(last < length);
  });
});

test('any two rows that change places are named, and nothing else', async () => {
  const cases = lengths.chain((length) =>
    fc.tuple(fc.constant(length), fc.uniqueArray(place(length), { minLength: 2, maxLength: 2 })),
  );
  await holds(cases, async (ledger, [length, pair]) => {
    const [one = 0, other = 0] = pair.toSorted((a, b) => a - b);
    await chained(ledger, length);
    await ledger.tamper(
      `update audit_entries set seq = -1 where seq = ${one}`,
      `update audit_entries set seq = ${one} where seq = ${other}`,
      `update audit_entries set seq = ${other} where seq = -1`,
    );
    const verdict = await ledger.verify();
    const rows = named(verdict).filter((each) => !each.startsWith('head') && !each.startsWith('rewritten'));
    expect(rows).toEqual([`moved ${one}`, `moved ${other}`]);
  });
});

test('a row put between any two is named', async () => {
  const cases = lengths.chain((length) => fc.tuple(fc.constant(length), place(length)));
  await holds(cases, async (ledger, [length, seq]) => {
    await chained(ledger, length);
    await ledger.tamper(
      `update audit_entries set seq = -(seq + 1) where seq >= ${seq}`,
      'update audit_entries set seq = -seq where seq < 0',
      `insert into audit_entries select 'forged', at, doer, verb, phase, outcome, entity_kind, entity_id, why, detail,
        correlation_id, ${seq}, 'abc', key_id from audit_entries where seq = ${seq + 1}`,
    );
    const found = (await ledger.verify()).findings.find(({ id }) => id === 'forged');
    expect(found).toMatchObject({ what: 'changed', seq });
  });
});

test('a tail that is cut is found, and with its record cut too, by an earlier head', async () => {
  const cases = lengths.chain((length) =>
    fc.tuple(fc.constant(length), fc.integer({ min: 0, max: length - 1 })),
  );
  await holds(cases, async (ledger, [length, left]) => {
    await chained(ledger, length);
    const [last] = await ledger.stores.audit.chained(length - 1, 1);
    const head = { seq: length, prefix: (last?.hmac ?? '').slice(0, 8) };
    expect((await ledger.verify({ head })).result).toBe('verified');
    await ledger.tamper(`delete from audit_entries where seq > ${left}`);
    expect(named(await ledger.verify())).toEqual([`cut ${left + 1}`]);
    // As a copy of the database from before would have it.
    await ledger.tamper('delete from audit_head');
    await ledger.tamper('update audit_entries set seq = null, hmac = null, key_id = null');
    await ledger.chain();
    expect((await ledger.verify()).result).toBe('verified');
    expect(named(await ledger.verify({ head }))).toEqual([`cut ${length}`]);
  });
});

test('a chain made again by another key, from any place on, is found', async () => {
  const cases = lengths.chain((length) => fc.tuple(fc.constant(length), place(length)));
  await holds(cases, async (ledger, [length, from]) => {
    await chained(ledger, length);
    await makeAgain(ledger, createAuditSigner([masterKey()]), from, ledger.signer.keyId);
    const verdict = await ledger.verify();
    expect(verdict).toMatchObject({ result: 'broken', right: from - 1 });
    expect(named(verdict)).toContain(`changed ${from}`);
    expect(named(verdict).includes(`rewritten ${from}`)).toBe(length - from >= 2);
  });
});

test('a chain made again by a key that says its own name cannot be checked', async () => {
  const cases = lengths.chain((length) => fc.tuple(fc.constant(length), place(length)));
  await holds(cases, async (ledger, [length, from]) => {
    await chained(ledger, length);
    const other = createAuditSigner([masterKey()]);
    await makeAgain(ledger, other, from, other.keyId);
    const verdict = await ledger.verify();
    expect(verdict).toMatchObject({ result: 'cannot be checked', right: from - 1, findings: [] });
    expect(verdict.unknown.join(' ')).toContain(other.keyId);
  });
});

async function makeAgain(ledger: Ledger, signer: AuditSigner, from: number, keyId: string): Promise<void> {
  const rows: AuditRow[] = await ledger.stores.audit.chained(null, 99);
  let previous = rows.find(({ seq }) => seq === from - 1)?.hmac ?? GENESIS;
  for (const row of rows) {
    if (row.seq === null || row.seq < from) continue;
    const changed = { ...row, why: 'nothing happened' };
    previous = signer.sign(rowBytes(row.seq, previous, keyId, changed));
    await ledger.tamper(
      `update audit_entries set why = '${changed.why}', hmac = '${previous}', key_id = '${keyId}' where seq = ${row.seq}`,
    );
  }
  const head = await ledger.stores.audit.head();
  if (head === null) throw new Error('No head');
  const forged = { ...head, hmac: previous, keyId };
  await ledger.tamper(
    `update audit_head set hmac = '${previous}', key_id = '${keyId}', mac = '${signer.sign(headBytes(forged))}'`,
  );
}
