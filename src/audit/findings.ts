import type { AuditFinding } from '../domain/audit-verdict.ts';

/** Findings listed at the most; the rest are counted. */
const LISTED = 1_000;

/** Findings as they come, with a bound on how many are kept. */
export class Findings {
  readonly listed: AuditFinding[] = [];
  more = 0;

  add(what: AuditFinding['what'], seq: number | null, id: string | null, text: string): void {
    if (this.listed.length < LISTED) this.listed.push({ what, seq, id, text });
    else this.more += 1;
  }

  get none(): boolean {
    return this.listed.length === 0;
  }
}
