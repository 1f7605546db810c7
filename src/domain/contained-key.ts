/**
 * A key that is, or was to be, Inactive; as it was before us. `gone`: it did not exist any more; `unread`: the next look
 * tells, before anything is changed; `unknown`: it was switched off without having been read, so that only a person can
 * say whether it is to be given back.
 */
export interface ContainedKey {
  readonly accessKeyId: string;
  readonly before: 'Active' | 'Inactive' | 'Expired' | 'gone' | 'unread' | 'unknown';
  /** Nobody looked for a while, and whether it is still off shows at the next look. */
  readonly unwatched?: true | undefined;
  /** Looks in a row that did not list it any more, though its user is there; no more than confirm a part. */
  readonly missed?: number | undefined;
  /** What AWS took last, while the user's keys could not be read. */
  readonly sent?: { readonly status: 'Active' | 'Inactive'; readonly at: number } | undefined;
}
