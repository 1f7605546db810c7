/** What evidence is about: an incident, or a containment nobody had an incident for. */
export interface EvidenceRef {
  readonly kind: 'incident' | 'containment';
  readonly id: string;
}

/** Something the key or its sessions made or changed. Texts are from callers: escape them. Times are ms. */
export interface ToldItem {
  /** Names it within its evidence, also when that is gathered anew. */
  readonly id: string;
  readonly kind: string;
  /** `lasting`: lets somebody back in; the others as their names say. */
  readonly weight: 'lasting' | 'given_away' | 'weakened' | 'other';
  /** A sentence; names stand between backticks. */
  readonly says: string;
  readonly note: string | null;
  /** What to do about it, and a line of the AWS CLI for it. */
  readonly advice: string;
  readonly line: string | null;
  /** An access key Rekey can contain. */
  readonly accessKeyId: string | null;
  readonly at: number | null;
  readonly region: string | null;
  /** The credential that did it. */
  readonly by: string;
}

/** What evidence showed, kept so that its message and its window can be drawn. Times are ms. */
export interface EvidenceSummary {
  readonly madeAt: number;
  readonly from: number;
  readonly to: number;
  readonly completeTo: number | null;
  /** Why it is not complete; some of it. */
  readonly gaps: readonly string[];
  readonly regions: number;
  readonly calls: number;
  readonly refused: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** Sessions, keys and users that were followed, the subject's own not counted. */
  readonly followed: number;
  /** Roles that were assumed, with when their last session ends by itself. */
  readonly roles: readonly { readonly who: string; readonly endsAt: number | null }[];
  /** What is there still, what lets somebody back in first. */
  readonly items: readonly ToldItem[];
  /** How many of these are not among `items`; how many were removed again, and tried in vain. */
  readonly itemsMore: number;
  readonly gone: number;
  readonly tried: number;
  readonly toDetectMs: number | null;
  readonly toNotifyMs: number | null;
  readonly toContainMs: number | null;
  /** Of the JSON inside the packed file. */
  readonly sha256: string;
  readonly fileName: string;
}

/** The evidence of something, as it stands. Times are ms. */
export interface EvidenceTold {
  readonly ref: EvidenceRef;
  readonly subject: string;
  readonly userName: string | null;
  readonly accountId: string;
  readonly phase: 'gathering' | 'done' | 'failed';
  readonly begunAt: number;
  /** How far it is, or why it failed. */
  readonly progress: string;
  readonly askers: readonly string[];
  readonly summary: EvidenceSummary | null;
}
