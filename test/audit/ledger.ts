import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import { createChainer } from '../../src/audit/chain-entries.ts';
import type { AuditVerdict } from '../../src/domain/audit-verdict.ts';
import { verifyChain, type CheckOptions } from '../../src/audit/verify.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import { parseMasterKeys, type MasterKey } from '../../src/crypto/master-key.ts';
import type { AuditEntry } from '../../src/domain/records.ts';
import type { AuditSigner } from '../../src/ports/audit.ts';
import { entry } from '../db/samples.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A master key, a new one at each call. */
export function masterKey(): MasterKey {
  const [key] = parseMasterKeys(randomBytes(32).toString('base64'));
  if (key === undefined) throw new Error('No key');
  return key;
}

/** An audit log in a database of its own, and the hands that may tamper with it. */
export class Ledger {
  readonly url: string;
  readonly stores: OpenStores;
  readonly key: MasterKey = masterKey();
  readonly signer: AuditSigner = createAuditSigner([this.key]);
  #count = 0;

  private constructor(url: string, stores: OpenStores) {
    this.url = url;
    this.stores = stores;
  }

  static async open(engine: 'sqlite' | 'postgres'): Promise<Ledger> {
    const url = engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : await freshDatabase();
    return new Ledger(url, await openAt(url));
  }

  /** Writes entries, oldest first. */
  async write(count: number, over: Partial<AuditEntry> = {}): Promise<string[]> {
    const rows = Array.from({ length: count }, () => {
      this.#count += 1;
      const id = `e${String(this.#count).padStart(6, '0')}`;
      return entry({
        id,
        at: 1_000 + this.#count,
        why: `because ${this.#count}`,
        detail: { n: this.#count },
        ...over,
      });
    });
    await this.stores.atomically(rows.map((row) => this.stores.audit.add(row)));
    return rows.map(({ id }) => id);
  }

  async chain(signer: AuditSigner = this.signer): Promise<number> {
    return createChainer({ stores: this.stores, signer, clock: systemClock })();
  }

  async verify(options: CheckOptions = {}, signer: AuditSigner = this.signer): Promise<AuditVerdict> {
    return verifyChain({ audit: this.stores.audit, signer, clock: systemClock }, options);
  }

  /** Runs SQL behind Rekey's back. */
  async tamper(...statements: readonly string[]): Promise<void> {
    if (this.url.startsWith('postgres')) {
      await withClient(this.url, async (client) => {
        for (const statement of statements) await client.query(statement);
      });
      return;
    }
    const raw = new Database(this.url.slice('file:'.length));
    for (const statement of statements) raw.exec(statement);
    raw.close();
  }
}

/** Another process's view of the database. */
export async function openAt(url: string): Promise<OpenStores> {
  const stores = await openStores({ url, exclusive: false, clock: systemClock, log: recordingLog() });
  onTestFinished(() => stores.close());
  return stores;
}

/** Findings as `what seq`, for short comparisons. */
export function named(verdict: AuditVerdict): string[] {
  return verdict.findings.map(({ what, seq }) => `${what} ${seq ?? '-'}`);
}
