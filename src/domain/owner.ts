/** A Slack user or user group answerable for a key. */
export type OwnerRef =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'group'; readonly groupId: string };

/** That AWS's word on who answers for a key changed: when that was seen, and who did before; nobody, where it is empty. */
export interface OwnerChange {
  readonly at: number;
  readonly before: readonly OwnerRef[];
}

/** The last change, and those before it that are no older than what is remembered; the newest first. */
export interface OwnersChanged extends OwnerChange {
  readonly earlier?: readonly OwnerChange[];
}

/** Who answers for a key, and how that was found; or why nobody is known. */
export type Ownership =
  | {
      readonly changed?: OwnersChanged;
      readonly known: true;
      readonly owners: readonly OwnerRef[];
      /** In the order they are asked: what was set on the key in Slack, a tag, the mapping, the user's name or e-mail. */
      readonly from: 'key' | 'tag' | 'mapping' | 'name' | 'email';
    }
  /** `failed`: it could not be asked, which says nothing; else it was asked, and nobody was found. */
  | {
      readonly changed?: OwnersChanged;
      readonly known: false;
      readonly why: string;
      readonly failed?: true;
    };

/** An owner whom no message reaches, and why, in words behind their name; `owner` null: nobody is known. */
export interface Unreached {
  readonly owner: OwnerRef | null;
  readonly why: string;
}

/** One line of the mapping set in Slack: users whose name matches `pattern` (`*` is any text) belong to `owners`. */
export interface OwnerRule {
  readonly id: string;
  /** Null: in every account. */
  readonly accountId: string | null;
  readonly pattern: string;
  readonly owners: readonly OwnerRef[];
  readonly createdBy: string;
  readonly createdAt: number;
}
