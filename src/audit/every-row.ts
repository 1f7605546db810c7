import type { AuditPlace, AuditRow } from '../ports/audit.ts';
import type { AuditStore } from '../ports/stores.ts';

const PAGE = 500;

/** Every entry that is not older than `since` (ms; null: all), by its place in the chain; those without one come last. */
export async function* everyRow(audit: AuditStore, since: number | null): AsyncGenerator<AuditRow> {
  const fits = (row: AuditRow): boolean => since === null || row.at >= since;
  yield* chainedSince(audit, since, fits);
  let after: AuditPlace | undefined;
  for (;;) {
    const rows = await audit.unchained(PAGE, after);
    yield* rows.filter(fits);
    after = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

async function* chainedSince(
  audit: AuditStore,
  since: number | null,
  fits: (row: AuditRow) => boolean,
): AsyncGenerator<AuditRow> {
  const first = since === null ? null : await audit.firstSeqSince(since);
  if (since !== null && first === null) return;
  let seq = first === null ? null : first - 1;
  for (;;) {
    const rows = await audit.chained(seq, PAGE);
    yield* rows.filter(fits);
    const last = rows.at(-1)?.seq ?? null;
    if (rows.length < PAGE || last === seq) return;
    seq = last;
  }
}
