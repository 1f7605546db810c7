import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { EvidenceSummary, ToldItem } from '../../domain/evidence.ts';
import { jsonPieces, type EvidenceDocument } from '../../evidence/document.ts';
import { grouped, type EvidenceItem } from '../../evidence/evidence.ts';
import { reportOf } from '../../evidence/report.ts';
import type { SentFile } from '../../ports/slack.ts';
import type { Clock } from '../../ports/world.ts';
import { inSlices } from '../in-slices.ts';

/** Items that are kept for the window: what lets somebody back in comes first. */
const MOST_ITEMS = 60;
const MOST_ROLES = 20;
const MOST_GAPS = 6;

/** The files of an evidence, and what is told of it. */
export interface PackedEvidence {
  readonly files: readonly SentFile[];
  readonly report: string;
  readonly summary: EvidenceSummary;
}

/** Packs it: the bundle with its hash, and the report that names the hash. */
export async function packed(document: EvidenceDocument, clock: Clock): Promise<PackedEvidence> {
  const { bytes, sha256 } = await zipped(document, clock);
  // Ids of incidents hold what file names must not.
  const name = `evidence-${document.subject.id.replace(/[^\w.-]+/g, '-').slice(0, 120)}`;
  const fileName = `${name}.json.gz`;
  const report = reportOf(document, { name: fileName, sha256 });
  return {
    files: [
      { name: `${name}.md`, title: 'Evidence: report', bytes: Buffer.from(report, 'utf8') },
      { name: fileName, title: 'Evidence: everything', bytes },
    ],
    report,
    summary: summaryOf(document, sha256, fileName),
  };
}

/** So long others may have to wait; ms. */
const SLICE_MS = 15;

/** What is packed with the hash of its text; whoever clicks meanwhile is served in between. */
async function zipped(
  document: EvidenceDocument,
  clock: Clock,
): Promise<{ readonly bytes: Buffer; readonly sha256: string }> {
  const hash = createHash('sha256');
  async function* pieces(): AsyncGenerator<string> {
    const giveWay = inSlices(clock, SLICE_MS);
    for (const piece of jsonPieces(document)) {
      hash.update(piece);
      yield piece;
      await giveWay();
    }
  }
  const zip = createGzip();
  const [bytes] = await Promise.all([buffer(zip), pipeline(Readable.from(pieces()), zip)]);
  return { bytes, sha256: hash.digest('hex') };
}

function summaryOf(document: EvidenceDocument, sha256: string, fileName: string): EvidenceSummary {
  const { evidence, coverage, times, madeAt } = document;
  const { calls, credentials, items } = evidence;
  const found = grouped(items);
  const there = [...found.lasting, ...found.givenAway, ...found.weakened, ...found.other];
  const roles = new Map<string, number | null>();
  for (const { kind, who, endsAt } of credentials) {
    if (kind !== 'session' || who === null || !who.includes(':assumed-role/')) continue;
    const before = roles.get(who);
    roles.set(who, endsAt === null ? (before ?? null) : Math.max(before ?? 0, endsAt));
  }
  const seen = calls.flatMap(({ at }) => at ?? []);
  return {
    madeAt,
    from: coverage.from,
    to: coverage.to,
    completeTo: coverage.completeTo,
    gaps: coverage.gaps.slice(0, MOST_GAPS).map((gap) => gap.slice(0, 200)),
    regions: coverage.regions.length,
    calls: calls.length,
    refused: calls.filter(({ outcome }) => outcome === 'refused').length,
    firstAt: seen[0] ?? null,
    lastAt: seen.at(-1) ?? null,
    followed: credentials.filter(({ kind }) => kind !== 'subject').length,
    roles: [...roles].slice(0, MOST_ROLES).map(([who, endsAt]) => ({ who: who.slice(0, 300), endsAt })),
    items: there.slice(0, MOST_ITEMS).map(toldItem),
    itemsMore: Math.max(0, there.length - MOST_ITEMS),
    gone: found.gone.length,
    tried: found.tried.length,
    toDetectMs: times.toDetectMs,
    toNotifyMs: times.toNotifyMs,
    toContainMs: times.toContainMs,
    sha256,
    fileName,
  };
}

function toldItem(item: EvidenceItem): ToldItem {
  const { id, kind, weight, says, note, advice, line, accessKeyId, firstAt, region, by } = item;
  return { id, kind, weight, says, note, advice, line, accessKeyId, at: firstAt, region, by };
}
