import type { Doer } from '../domain/actor.ts';
import { RekeyError } from '../errors.ts';
import type { AuditCheckpoint, AuditSigner } from '../ports/audit.ts';
import type { Stores, Write } from '../ports/stores.ts';
import type { Clock } from '../ports/world.ts';
import { checkpointBytes, checkSignature, GENESIS } from './chain.ts';
import { Findings } from './findings.ts';
import { Walk } from './walk.ts';

/**
 * How long entries are kept. PCI DSS 4.0 (10.5.1) asks for twelve months of audit history; 400 days leave five weeks
 * for a yearly review that starts late. ms.
 */
export const AUDIT_KEPT_MS = 400 * 86_400_000;

/** Rows one transaction removes, behind one checkpoint. */
const BATCH = 5_000;
const PAGE = 500;

export interface Pruning {
  readonly stores: Pick<Stores, 'audit' | 'atomically'>;
  readonly signer: AuditSigner;
  readonly clock: Clock;
  readonly doer: Doer;
  /** The audit entry of a cut, written with it. */
  readonly record: (cut: { through: number; removed: number; before: number }) => Write;
}

/**
 * Removes the oldest chained entries, up to the first that is not older than `before`, and leaves signed checkpoints.
 * What is removed is checked first: retention must not wipe traces away. Answers how many were removed.
 * @throws RekeyError `needs_person` when what is to go, or the checkpoint before it, is not as it was signed.
 */
export async function pruneEntries(pruning: Pruning, before: number, signal?: AbortSignal): Promise<number> {
  const { stores } = pruning;
  let removed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const cut = (await stores.audit.checkpoints()).at(-1) ?? null;
    const from = cut?.seq ?? 0;
    const head = (await stores.audit.head())?.seq ?? 0;
    const through = Math.min(
      ((await stores.audit.firstSeqSince(before)) ?? head + 1) - 1,
      head,
      from + BATCH,
    );
    if (through <= from) return removed;
    await prune(pruning, cut, through, before);
    removed += through - from;
  }
}

async function prune(
  { stores, signer, clock, doer, record }: Pruning,
  cut: AuditCheckpoint | null,
  through: number,
  before: number,
): Promise<void> {
  const from = cut?.seq ?? 0;
  const hmac = await checked({ stores, signer, clock }, cut, through);
  const removed = through - from;
  const checkpoint = {
    seq: through,
    hmac,
    removed,
    at: clock.now(),
    doer: JSON.stringify(doer),
    keyId: signer.keyId,
  };
  await stores.atomically([
    stores.audit.removeThrough(through, removed),
    stores.audit.addCheckpoint({ ...checkpoint, mac: signer.sign(checkpointBytes(checkpoint)) }),
    record({ through, removed, before }),
  ]);
}

/** The HMAC of the last row to go, after all of them were found to be as they were signed. */
async function checked(
  { stores, signer, clock }: Pick<Pruning, 'stores' | 'signer' | 'clock'>,
  cut: AuditCheckpoint | null,
  through: number,
): Promise<string> {
  if (cut !== null && checkSignature(signer, cut.keyId, checkpointBytes(cut), cut.mac) !== 'right')
    throw kept(through);
  const findings = new Findings();
  const start = { seq: cut?.seq ?? 0, hmac: cut?.hmac ?? GENESIS };
  const walk = new Walk(signer, start, findings);
  let after: number | null = null;
  while (walk.last.seq < through) {
    const rows = await stores.audit.chained(after, Math.min(PAGE, through - walk.last.seq));
    for (const row of rows) walk.take(row);
    const reached = rows.at(-1)?.seq ?? null;
    if (reached === null || !findings.none) break;
    after = reached;
    await clock.sleep(1);
  }
  walk.finish();
  const { seq, hmac } = walk.last;
  if (!findings.none || seq !== through || hmac === null || walk.right !== through - start.seq)
    throw kept(through);
  return hmac;
}

function kept(through: number): RekeyError {
  return new RekeyError(
    'needs_person',
    `Old audit entries were not removed: those up to place ${through} are not all as they were signed.`,
    { next: 'Run `npm run audit -- verify`; it names what was changed, or the master key that is missing.' },
  );
}
