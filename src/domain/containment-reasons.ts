import type { Containment, ContainmentHolder } from './containment.ts';

/** Who takes something back, and why. */
export interface Taking {
  /** Slack user id. */
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

/** That a reason was asked for once more, which did all of it anew. */
export interface AskedAgain extends Pick<ContainmentHolder, 'by' | 'hostUser' | 'at' | 'reason'> {
  readonly times: number;
}

/** The incidents among its reasons, also of those that were taken back. */
export function incidentsOf({ holders }: Pick<Containment, 'holders'>): readonly string[] {
  return holders.flatMap(({ incidentId }) => incidentId ?? []);
}

/** Whether some reason denied the user, also one that was taken back. */
export function wasStolen({ holders }: Pick<Containment, 'holders'>): boolean {
  return holders.some(({ kind }) => kind === 'stolen');
}

/** The keys that a reason keeps off, those of reasons that were recovered among them. */
export function keptKeys({ holders }: Pick<Containment, 'holders'>): ReadonlySet<string> {
  return new Set(holders.filter(({ phase }) => phase !== 'undone').map(({ accessKeyId }) => accessKeyId));
}

/** How often a reason was asked for again: whoever saw it fewer times did not see it as it is. */
export function timesAskedAgain({ again }: Pick<ContainmentHolder, 'again'>): number {
  return again?.times ?? 0;
}

/** How often somebody asked for it, over all its reasons; grows with each that joins, and each that is renewed. */
export function timesAsked({ holders }: Pick<Containment, 'holders'>): number {
  return holders.reduce((sum, holder) => sum + 1 + timesAskedAgain(holder), 0);
}

/** Who asked for it last, for whatever reason, and when; null: nobody did. */
export function lastAsked({
  holders,
}: Pick<Containment, 'holders'>): Pick<ContainmentHolder, 'by' | 'hostUser' | 'at'> | null {
  const all = holders.flatMap((holder) => (holder.again === undefined ? [holder] : [holder, holder.again]));
  return all.toSorted((a, b) => a.at - b.at).at(-1) ?? null;
}
