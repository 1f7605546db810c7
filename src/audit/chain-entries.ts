import { isConflict, RekeyError } from '../errors.ts';
import type { AuditHead, AuditLink, AuditRow, AuditSigner } from '../ports/audit.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock } from '../ports/world.ts';
import { chainHmac, checkSignature, GENESIS, headBytes } from './chain.ts';

/** How many rows one transaction links: few enough to hold no lock for long. */
const BATCH = 200;
/** How often a lost race is run again before it is left to the next pass. */
const TRIES = 5;

interface Chaining {
  readonly stores: Pick<Stores, 'audit' | 'atomically'>;
  readonly signer: AuditSigner;
  readonly clock: Clock;
}

/** Chains what is not chained yet; answers how many rows that were. */
export type Chainer = (signal?: AbortSignal) => Promise<number>;

/**
 * Makes the one who gives entries their place and HMAC. The head moves by compare-and-swap in the batch that links the
 * rows, so two of them can neither fork the chain nor leave a gap, whatever they believe about their lease; what
 * was committed late simply comes later. Throws RekeyError `needs_person` when the head was tampered with: going on
 * would sign over the traces.
 */
export function createChainer({ stores, signer, clock }: Chaining): Chainer {
  /** The highest place this process has seen; a head that goes back was put back. */
  let seen = 0;

  async function chainBatch(): Promise<number> {
    const rows = await stores.audit.unchained(BATCH);
    if (rows.length === 0) return 0;
    const head = await stores.audit.head();
    await refuseTampered(stores, signer, head, seen);
    const links = linksFor(rows, head, signer);
    const to = headAfter(links, head, signer, clock.now());
    if (to === null) return 0;
    await stores.atomically([stores.audit.moveHead(head, to), stores.audit.link(links)]);
    seen = to.seq;
    return links.length;
  }

  return async (signal) => {
    let total = 0;
    let lost = 0;
    for (;;) {
      if (signal?.aborted === true) return total;
      try {
        const done = await chainBatch();
        total += done;
        lost = 0;
        if (done < BATCH) return total;
      } catch (error) {
        // Another instance was faster; what it left is read again.
        if (!isConflict(error)) throw error;
        lost += 1;
        if (lost >= TRIES) return total;
      }
      // SQLite answers without ever waiting: let clicks be acknowledged in between.
      await clock.sleep(1);
    }
  };
}

function linksFor(rows: readonly AuditRow[], head: AuditHead | null, signer: AuditSigner): AuditLink[] {
  let seq = head?.seq ?? 0;
  let previous = head?.hmac ?? GENESIS;
  return rows.map((row) => {
    seq += 1;
    previous = chainHmac(signer, previous, seq, row);
    return { id: row.id, seq, hmac: previous, keyId: signer.keyId };
  });
}

function headAfter(
  links: readonly AuditLink[],
  from: AuditHead | null,
  signer: AuditSigner,
  at: number,
): AuditHead | null {
  const last = links.at(-1);
  if (last === undefined) return null;
  const { seq, hmac, keyId } = last;
  const head = { seq, hmac, version: (from?.version ?? 0) + 1, at, keyId };
  return { ...head, mac: signer.sign(headBytes(head)) };
}

/** The head must be signed, where we saw it, and the end of what is there. */
async function refuseTampered(
  stores: Pick<Stores, 'audit'>,
  signer: AuditSigner,
  head: AuditHead | null,
  seen: number,
): Promise<void> {
  const [end] = await stores.audit.chained(head === null ? null : head.seq - 1, 1);
  if (head === null) {
    const cut = (await stores.audit.checkpoints()).length > 0;
    if (end === undefined && !cut && seen === 0) return;
    // Both read at different times: the first batch of another instance came between.
    if ((await stores.audit.head()) !== null)
      throw new RekeyError('conflict', 'Another instance began the chain.');
    throw tampered('it is gone');
  }
  if (checkSignature(signer, head.keyId, headBytes(head), head.mac) === 'wrong')
    throw tampered('its signature is wrong');
  if (head.seq < seen) throw tampered('it was put back to an earlier one');
  const last =
    end?.seq === head.seq ? end : (await stores.audit.checkpoints()).findLast(({ seq }) => seq === head.seq);
  if (last?.hmac !== head.hmac || last.keyId !== head.keyId)
    throw tampered('the entry it names is not there as it was');
}

function tampered(why: string): RekeyError {
  return new RekeyError(
    'needs_person',
    `The head of the audit log was changed: ${why}. New entries are kept, but not chained.`,
    {
      next: 'Run `npm run audit -- verify`, keep a copy of the database, and restore it from a backup.',
    },
  );
}
