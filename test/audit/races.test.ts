import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createChainer } from '../../src/audit/chain-entries.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { entry } from '../db/samples.ts';
import { freshDatabase } from '../support/postgres.ts';
import { systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { Ledger, openAt } from './ledger.ts';

const CHILD = fileURLToPath(new URL('chain-without-end.ts', import.meta.url));

test.each(['postgres', 'sqlite'] as const)(
  'chainers that all believe they may make no fork and no gap on %s',
  async (engine) => {
    const ledger = await Ledger.open(engine);
    const others = await Promise.all([openAt(ledger.url), openAt(ledger.url)]);
    const chainers = [ledger.stores, ...others].map((stores) =>
      createChainer({ stores, signer: ledger.signer, clock: systemClock }),
    );
    let written = 0;
    let chained = 0;
    const write = async (): Promise<void> => {
      for (let n = 0; n < 20; n += 1) {
        const ids = await ledger.write(17);
        written += ids.length;
      }
    };
    const chain = async (run: () => Promise<number>): Promise<void> => {
      for (let n = 0; n < 30; n += 1) {
        const done = await run();
        chained += done;
      }
    };
    await Promise.all([write(), ...chainers.map(chain)]);
    chained += await ledger.chain();
    expect(chained).toBe(written);
    const verdict = await ledger.verify();
    expect(verdict).toMatchObject({
      result: 'verified',
      from: 1,
      to: written,
      right: written,
      unchained: { count: 0 },
    });
  },
);

test.each(['postgres', 'sqlite'] as const)(
  'a chainer killed at any instant leaves a whole chain on %s',
  async (engine) => {
    const url = engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : await freshDatabase();
    const key = randomBytes(32).toString('base64');
    const signer = createAuditSigner(parseMasterKeys(key));
    const stores = await openAt(url);
    for (const [round, prefix] of ['a', 'b'].entries()) {
      const child = spawn(process.execPath, [CHILD, url, key, prefix], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      await systemClock.sleep(15 + 37 * round);
      child.kill('SIGKILL');
      await ended;
      const { result, to } = await verifyChain({ audit: stores.audit, signer, clock: systemClock });
      expect({ result, some: (to ?? 0) > 0 }).toEqual({ result: 'verified', some: true });
    }
    await stores.atomically([stores.audit.add(entry({ id: 'last', at: 1 }))]);
    const chain = createChainer({ stores, signer, clock: systemClock });
    expect(await chain()).toBeGreaterThan(0);
    const after = await verifyChain({ audit: stores.audit, signer, clock: systemClock });
    expect(after).toMatchObject({ result: 'verified', unchained: { count: 0 } });
  },
  60_000,
);
