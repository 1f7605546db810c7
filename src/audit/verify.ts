import type { AuditVerdict } from '../domain/audit-verdict.ts';
import type { AuditCheckpoint, AuditHead, AuditSigner } from '../ports/audit.ts';
import type { AuditStore } from '../ports/stores.ts';
import type { Clock } from '../ports/world.ts';
import { checkpointBytes, checkSignature, GENESIS, headBytes } from './chain.ts';
import { Findings } from './findings.ts';
import { printHead, type PrintedHead } from './head.ts';
import { Walk, type Start } from './walk.ts';

/** Rows in memory at a time. */
const PAGE = 500;
/** How often a check that retention overtook is begun again. */
const TRIES = 3;

export interface Checking {
  readonly audit: AuditStore;
  readonly signer: AuditSigner;
  readonly clock: Clock;
}

export interface CheckOptions {
  /** An earlier head that must still be in the chain. */
  readonly head?: PrintedHead;
  /** Check only from the first entry that is not older, ms since the epoch; what lies before is taken as it is. */
  readonly since?: number;
  readonly signal?: AbortSignal;
}

/**
 * Walks the audit chain from its beginning, or from where retention cut it, and names all that is wrong. Reads page by
 * page, so a running Rekey beside it may go on chaining.
 */
export async function verifyChain(checking: Checking, options: CheckOptions = {}): Promise<AuditVerdict> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await checking.audit.checkpoints();
    const verdict = await verifyOnce(checking, options, before);
    const after = await checking.audit.checkpoints();
    if (after.length === before.length || attempt === TRIES) return verdict;
  }
}

async function verifyOnce(
  { audit, signer, clock }: Checking,
  { head: wanted, since, signal }: CheckOptions,
  checkpoints: readonly AuditCheckpoint[],
): Promise<AuditVerdict> {
  const findings = new Findings();
  const unknown: string[] = [];
  checkCheckpoints(signer, checkpoints, findings, unknown);
  const cut = checkpoints.at(-1) ?? null;
  const start = await startOf(audit, cut, since);
  const walk = new Walk(signer, start, findings);
  const met = new Meeting(wanted, start, cut);
  // From the beginning, rows that stand where none may are looked for too.
  let after = since === undefined ? null : start.seq;
  let head: AuditHead | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await audit.chained(after, PAGE);
    for (const row of rows) {
      walk.take(row);
      met.meet(row.seq, row.hmac);
    }
    const places = rows.flatMap(({ seq }) => (Number.isSafeInteger(seq) && seq !== null ? [seq] : []));
    after = places.at(-1) ?? after;
    if (rows.length === PAGE && places.length > 0) {
      await clock.sleep(1, signal);
      continue;
    }
    const ended = head;
    head = await audit.head();
    // Chained while we looked: there is more. Twice the same head, and nothing came: the tail is missing.
    if (head === null || head.seq <= walk.last.seq || head.version === ended?.version) break;
  }
  walk.finish();
  checkHead(signer, head, walk, findings, unknown);
  met.end(walk.last.seq, findings, unknown);
  for (const [keyId, count] of walk.unknownKeys) {
    unknown.push(`${count} entries are signed by the master key ${keyId}, which is not configured.`);
  }
  findings.listed.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  return {
    result: findings.none ? (unknown.length === 0 ? 'verified' : 'cannot be checked') : 'broken',
    findings: findings.listed,
    more: findings.more,
    unknown,
    from: walk.last.seq > start.seq ? start.seq + 1 : null,
    to: walk.last.seq > start.seq ? walk.last.seq : null,
    right: walk.right,
    head: head === null ? null : printHead(head),
    unchained: await audit.countUnchained(),
    prunedTo: cut === null ? null : { seq: cut.seq, at: cut.at },
  };
}

async function startOf(
  audit: AuditStore,
  cut: AuditCheckpoint | null,
  since: number | undefined,
): Promise<Start> {
  const beginning = { seq: cut?.seq ?? 0, hmac: cut?.hmac ?? GENESIS };
  if (since === undefined) return beginning;
  const head = await audit.head();
  const first = (await audit.firstSeqSince(since)) ?? (head?.seq ?? 0) + 1;
  if (first - 1 <= beginning.seq) return beginning;
  const [before] = await audit.chained(first - 2, 1);
  return { seq: first - 1, hmac: before?.seq === first - 1 ? before.hmac : null };
}

function checkCheckpoints(
  signer: AuditSigner,
  checkpoints: readonly AuditCheckpoint[],
  findings: Findings,
  unknown: string[],
): void {
  let seq = 0;
  for (const checkpoint of checkpoints) {
    const name = `The checkpoint of retention at place ${checkpoint.seq}`;
    const signature = checkSignature(signer, checkpoint.keyId, checkpointBytes(checkpoint), checkpoint.mac);
    if (signature === 'wrong') findings.add('checkpoint', checkpoint.seq, null, `${name} was changed.`);
    if (signature === 'unknown key') {
      unknown.push(`${name} is signed by the master key ${checkpoint.keyId}, which is not configured.`);
    }
    if (signature === 'right' && checkpoint.removed !== checkpoint.seq - seq) {
      findings.add(
        'checkpoint',
        checkpoint.seq,
        null,
        `A checkpoint of retention before place ${checkpoint.seq} is missing.`,
      );
    }
    seq = checkpoint.seq;
  }
}

function checkHead(
  signer: AuditSigner,
  head: AuditHead | null,
  walk: Walk,
  findings: Findings,
  unknown: string[],
): void {
  const { last } = walk;
  if (head === null) {
    if (last.seq > 0) findings.add('head', last.seq, null, 'The record of where the chain ends is missing.');
    return;
  }
  const signature = checkSignature(signer, head.keyId, headBytes(head), head.mac);
  if (signature === 'wrong') {
    findings.add(
      'head',
      head.seq,
      null,
      `The record of where the chain ends (place ${head.seq}) was changed.`,
    );
  } else if (signature === 'unknown key') {
    unknown.push(`The end of the chain is signed by the master key ${head.keyId}, which is not configured.`);
  }
  if (head.seq > last.seq) {
    const text = `The tail was cut: the chain must go on to place ${head.seq}, and ends at ${last.seq}.`;
    findings.add('cut', last.seq + 1, null, text);
  } else if (head.seq < last.seq) {
    const text = `The chain must end at place ${head.seq}, and goes on to ${last.seq}.`;
    findings.add('head', head.seq, null, text);
  } else if (last.hmac !== null && head.hmac !== last.hmac) {
    findings.add(
      'head',
      head.seq,
      null,
      `The entry at place ${head.seq} is not the one the chain ended with.`,
    );
  }
}

/** Looks out for an earlier head on the way. */
class Meeting {
  readonly #wanted: PrintedHead | undefined;
  readonly #start: Start;
  readonly #cut: AuditCheckpoint | null;
  #found: boolean | null = null;

  constructor(wanted: PrintedHead | undefined, start: Start, cut: AuditCheckpoint | null) {
    this.#wanted = wanted;
    this.#start = start;
    this.#cut = cut;
    if (cut !== null) this.meet(cut.seq, cut.hmac);
    this.meet(start.seq, start.hmac);
  }

  meet(seq: number | null, hmac: string | null): void {
    if (this.#wanted === undefined || seq !== this.#wanted.seq) return;
    this.#found = hmac?.startsWith(this.#wanted.prefix) ?? false;
  }

  end(last: number, findings: Findings, unknown: string[]): void {
    if (this.#wanted === undefined || this.#found === true) return;
    const { seq } = this.#wanted;
    if (this.#found === null && seq <= (this.#cut?.seq ?? 0)) {
      unknown.push(`The head you gave (place ${seq}) is older than what retention kept.`);
    } else if (this.#found === null && seq <= this.#start.seq) {
      unknown.push(`The head you gave (place ${seq}) lies before the part that was checked.`);
    } else if (seq > last) {
      const text = `The chain ends at place ${last}, before the head you gave (place ${seq}): its tail was cut, or an older copy was put in its place.`;
      findings.add('cut', seq, null, text);
    } else {
      const text = `The head you gave is not in the chain: place ${seq} is not what it was, or the head was not copied right.`;
      findings.add('not in the chain', seq, null, text);
    }
  }
}
