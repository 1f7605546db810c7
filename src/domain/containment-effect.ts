/** One change of AWS. */
export type ContainmentEffect =
  | {
      readonly part: 'key';
      readonly what: 'set_key';
      readonly accessKeyId: string;
      readonly status: 'Active' | 'Inactive';
      /** How it is could not be read before. */
      readonly unread?: true | undefined;
    }
  | { readonly part: 'deny'; readonly what: 'attach_deny' | 'detach_deny' | 'put_deny' | 'delete_deny' }
  | { readonly part: 'date'; readonly what: 'put_date'; readonly issuedBefore: number }
  | { readonly part: 'date'; readonly what: 'delete_date' };

/** A change that is on record: `act` is the id of its row in the audit log (`OwnAct`). */
export interface BegunEffect {
  readonly effect: ContainmentEffect;
  readonly act: string;
}
