/** One thing that is wrong with the audit log. `seq` and `id` name the row, where there is one. */
export interface AuditFinding {
  readonly what:
    | 'changed'
    | 'missing'
    | 'moved'
    | 'duplicate'
    | 'foreign'
    | 'rewritten'
    | 'head'
    | 'cut'
    | 'not in the chain'
    | 'checkpoint';
  readonly seq: number | null;
  readonly id: string | null;
  /** A sentence for people. */
  readonly text: string;
}

/** What a check of the audit log came to. */
export interface AuditVerdict {
  readonly result: 'verified' | 'broken' | 'cannot be checked';
  /** What is broken, in the order it was met; empty unless broken. */
  readonly findings: readonly AuditFinding[];
  /** How many more there are than `findings` lists. */
  readonly more: number;
  /** Why (a part of) it cannot be checked; sentences. */
  readonly unknown: readonly string[];
  /** The first and last place that was looked at; null when there is none. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many rows have a right HMAC. */
  readonly right: number;
  /** The end of the chain, as `--head` takes it; null for an empty chain. */
  readonly head: string | null;
  /** Entries that are not chained yet, and when the oldest was written (ms). */
  readonly unchained: { readonly count: number; readonly oldestAt: number | null };
  /** Where retention cut the log, or null. */
  readonly prunedTo: { readonly seq: number; readonly at: number } | null;
}
