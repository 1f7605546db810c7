import { describe, expect, test } from 'vitest';
import { parseHead, printHead } from '../../src/audit/head.ts';
import { pruneEntries } from '../../src/audit/prune.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import type { Ledger as LedgerType } from './ledger.ts';
import { Ledger, masterKey, named } from './ledger.ts';
import { entry } from '../db/samples.ts';
import { systemClock } from '../support/system-world.ts';

describe.each(['sqlite', 'postgres'] as const)('the audit chain on %s', (engine) => {
  const chained = async (count: number): Promise<LedgerType> => {
    const ledger = await Ledger.open(engine);
    await ledger.write(count);
    await ledger.chain();
    return ledger;
  };

  test('begins empty, grows over batches, and verifies', async () => {
    const ledger = await Ledger.open(engine);
    expect(await ledger.verify()).toMatchObject({ result: 'verified', from: null, to: null, head: null });
    await ledger.write(450);
    expect(await ledger.chain()).toBe(450);
    await ledger.write(3);
    expect(await ledger.verify()).toMatchObject({
      result: 'verified',
      from: 1,
      to: 450,
      right: 450,
      unchained: { count: 3, oldestAt: 1_451 },
    });
    expect(await ledger.chain()).toBe(3);
    expect(await ledger.chain()).toBe(0);
    const verdict = await ledger.verify();
    expect(verdict).toMatchObject({ result: 'verified', to: 453, right: 453, unchained: { count: 0 } });
    const rows = await ledger.stores.audit.chained(null, 1_000);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort());
    expect(verdict.head).toBe(printHead({ seq: 453, hmac: rows.at(-1)?.hmac ?? '' }));
  });

  test('takes what was committed late as it comes', async () => {
    const ledger = await chained(3);
    await ledger.write(1, { id: 'late', at: 5 });
    await ledger.chain();
    expect((await ledger.stores.audit.chained(3, 9)).map(({ id }) => id)).toEqual(['late']);
    expect((await ledger.verify()).result).toBe('verified');
  });

  test.each([
    ['id', "'e9'"],
    ['at', '7'],
    ['doer', `'{"kind":"rekey"}'`],
    ['verb', "'connection.edit'"],
    ['phase', "'intent'"],
    ['outcome', 'null'],
    ['entity_kind', "'role'"],
    ['entity_id', "'y'"],
    ['why', "'so'"],
    ['detail', `'{"n": 4}'`],
    ['correlation_id', "'c2'"],
    ['key_id', 'null'],
    ['hmac', `'${'0'.repeat(64)}'`],
    ['hmac', 'null'],
  ])('names the one row whose %s became %s', async (column, value) => {
    const ledger = await chained(7);
    await ledger.tamper(`update audit_entries set ${column} = ${value} where seq = 4`);
    const verdict = await ledger.verify();
    expect(verdict.result).toBe('broken');
    expect(named(verdict)).toEqual(['changed 4']);
    expect(verdict.right).toBe(6);
  });

  test.each<readonly [sql: readonly string[], found: readonly string[]]>([
    [['delete from audit_entries where seq = 4'], ['missing 4', 'missing 5']],
    [['delete from audit_entries where seq in (3, 4)'], ['missing 3', 'missing 5']],
    [['delete from audit_entries where seq = 1'], ['missing 1', 'missing 2']],
    [['delete from audit_entries where seq > 5'], ['cut 6']],
    [['delete from audit_entries'], ['cut 1']],
    [['delete from audit_head'], ['head 7']],
    [['update audit_head set version = 9'], ['head 7']],
    [
      [
        'delete from audit_entries where seq > 5',
        'update audit_head set seq = 5, hmac = (select hmac from audit_entries where seq = 5)',
      ],
      ['head 5'],
    ],
    [swap(3, 6), ['moved 3', 'moved 6']],
    [swap(3, 4), ['moved 3', 'moved 4']],
    [['update audit_entries set seq = 99 where seq = 4'], ['missing 4', 'head 7', 'missing 8', 'moved 99']],
    [[insert('x', 8, 'abc')], ['head 7', 'changed 8']],
    [[insert('x', 0, 'abc')], ['foreign -']],
    [[insert('x', -3, 'abc')], ['foreign -']],
    [['drop index audit_entries_seq', insert('x', 4, 'abc')], ['duplicate 4']],
    [
      ["update audit_entries set hmac = 'f00' || seq where seq >= 4", "update audit_head set hmac = 'f007'"],
      ['changed 4', 'rewritten 4', 'changed 5', 'changed 6', 'changed 7', 'head 7'],
    ],
  ])('names what was done by %j', async (statements, found) => {
    const ledger = await chained(7);
    await ledger.tamper(...statements);
    const verdict = await ledger.verify();
    expect(named(verdict).toSorted()).toEqual(found.toSorted());
    expect(verdict.result).toBe('broken');
  });

  test('an earlier head tells of a tail cut, and of a chain made again by somebody with the key', async () => {
    const ledger = await chained(5);
    const head = parseHead((await ledger.verify()).head ?? '');
    await ledger.write(2);
    await ledger.chain();
    expect((await ledger.verify({ head })).result).toBe('verified');
    await ledger.tamper(
      'delete from audit_entries where seq = 5',
      'update audit_entries set seq = null, hmac = null, key_id = null',
      'delete from audit_head',
    );
    await ledger.chain();
    expect((await ledger.verify()).result).toBe('verified');
    expect(named(await ledger.verify({ head }))).toEqual(['not in the chain 5']);
    await ledger.tamper(
      'delete from audit_entries where seq > 3',
      'update audit_entries set seq = null, hmac = null, key_id = null',
      'delete from audit_head',
    );
    await ledger.chain();
    expect(named(await ledger.verify({ head }))).toEqual(['cut 5']);
  });

  test.each([
    ['update audit_head set seq = 5, hmac = (select hmac from audit_entries where seq = 5)'],
    ['delete from audit_head'],
    ['delete from audit_entries where seq = 7'],
    ["update audit_head set key_id = 'unknown'"],
  ])('is not extended over the traces of: %s', async (statement) => {
    const ledger = await chained(7);
    await ledger.tamper(statement);
    await ledger.write(1);
    await expect(ledger.chain()).rejects.toMatchObject({ code: 'needs_person' });
    expect((await ledger.verify()).unchained.count).toBe(1);
  });

  test('goes on under a new master key, and says which old one is missing', async () => {
    const ledger = await chained(3);
    const newer = masterKey();
    await ledger.write(2);
    await ledger.chain(createAuditSigner([newer, ledger.key]));
    const both = await ledger.verify({}, createAuditSigner([newer, ledger.key]));
    expect(both).toMatchObject({ result: 'verified', right: 5 });
    const alone = await ledger.verify({}, createAuditSigner([newer]));
    expect(alone).toMatchObject({ result: 'cannot be checked', right: 2, findings: [] });
    expect(alone.unknown.join()).toContain(`3 entries are signed by the master key ${ledger.key.id}`);
  });

  test('is pruned of what was checked, and verifies from the checkpoint', async () => {
    const ledger = await chained(10);
    const { stores, signer } = ledger;
    const pruning = {
      stores,
      signer,
      clock: systemClock,
      doer: { kind: 'rekey' } as const,
      record: (cut: object) =>
        stores.audit.add(entry({ id: `p${JSON.stringify(cut).length}`, at: 9_000, detail: { ...cut } })),
    };
    const head = parseHead((await ledger.verify()).head ?? '');
    expect(await pruneEntries(pruning, 1_005)).toBe(4);
    expect(await ledger.verify({ head })).toMatchObject({
      result: 'verified',
      from: 5,
      to: 10,
      right: 6,
      prunedTo: { seq: 4 },
      unchained: { count: 1 },
    });
    await ledger.tamper("update audit_entries set why = 'x' where seq = 6");
    await expect(pruneEntries(pruning, 1_009)).rejects.toMatchObject({ code: 'needs_person' });
    await ledger.tamper("update audit_entries set why = 'because 6' where seq = 6");
    // Never beyond what is chained.
    await ledger.write(1);
    expect(await pruneEntries(pruning, 8_000)).toBe(6);
    expect(await ledger.verify()).toMatchObject({ result: 'verified', to: null, unchained: { count: 3 } });
    expect(await ledger.chain()).toBe(3);
    expect(await ledger.verify()).toMatchObject({ result: 'verified', from: 11, to: 13 });
    expect(await ledger.verify({ head: { seq: 2, prefix: '00' } })).toMatchObject({
      result: 'cannot be checked',
    });
    await ledger.tamper('update audit_checkpoints set removed = 2 where seq = 4');
    expect(named(await ledger.verify())).toEqual(['checkpoint 4']);
    await ledger.tamper('delete from audit_checkpoints where seq = 4');
    expect(named(await ledger.verify())).toEqual(['checkpoint 10']);
    await ledger.tamper('delete from audit_checkpoints');
    expect(named(await ledger.verify())).toEqual(['missing 1', 'missing 11']);
  });

  test('can be checked from a moment on', async () => {
    const ledger = await chained(10);
    await ledger.tamper("update audit_entries set why = 'x' where seq = 3");
    expect(await ledger.verify({ since: 1_006 })).toMatchObject({
      result: 'verified',
      from: 6,
      to: 10,
      right: 5,
    });
    expect(named(await ledger.verify({ since: 1_002 }))).toEqual(['changed 3']);
    expect(await ledger.verify({ since: 9_999 })).toMatchObject({ result: 'verified', from: null });
  });
});

/** Two rows change places, each with its HMAC. */
function swap(one: number, other: number): string[] {
  return [
    `update audit_entries set seq = -1 where seq = ${one}`,
    `update audit_entries set seq = ${one} where seq = ${other}`,
    `update audit_entries set seq = ${other} where seq = -1`,
  ];
}

function insert(id: string, seq: number, hmac: string): string {
  return `insert into audit_entries (id, at, doer, verb, phase, outcome, entity_kind, entity_id, why, detail, correlation_id, seq, hmac, key_id)
    select '${id}', at, doer, verb, phase, outcome, entity_kind, entity_id, why, detail, correlation_id, ${seq}, '${hmac}', key_id
    from audit_entries where seq = 2`;
}
