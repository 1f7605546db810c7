import type { Containment } from './containment.ts';
import type { BegunEffect, ContainmentEffect } from './containment-effect.ts';
import { hasDenyAll, type ContainedLook } from './containment-steps.ts';

/** What is known of a change of which its own process did not write what came of it. */
export interface FoundEffect {
  readonly effect: ContainmentEffect;
  readonly outcome: 'done' | 'unknown';
  readonly why: string;
}

/** Why, in the audit log, of a change whose own process did not write what came of it. */
export const FOUND = 'found already done after a restart: whoever sent it did not come to write that down';
export const NOT_FOUND =
  'not found done after a restart: it may never have been sent, or AWS does not show it yet; what is wanted still is done again';
const GONE = 'after a restart its user was not there any more';
const UNREAD = 'how it stands after a restart cannot be read';

/**
 * What a look shows of changes that an earlier process had begun; null: the user cannot be read. Whether AWS ever heard of
 * what it does not show nobody knows.
 */
export function foundEffects(
  { begun = [], partition }: Pick<Containment, 'begun' | 'partition'>,
  look: ContainedLook | null,
): readonly FoundEffect[] {
  return begun.map(({ effect }) => {
    // Nothing shows how it was made to be of a user that is not there.
    if (look !== null && look.user !== 'there') return { effect, outcome: 'unknown', why: GONE };
    const isShown = look === null ? null : shows(look, effect, partition);
    if (isShown === null) return { effect, outcome: 'unknown', why: UNREAD };
    return isShown ? { effect, outcome: 'done', why: FOUND } : { effect, outcome: 'unknown', why: NOT_FOUND };
  });
}

function shows(
  look: ContainedLook,
  effect: ContainmentEffect,
  partition: Containment['partition'],
): boolean | null {
  const { keys, attached, inlineDeny, dateDeny } = look;
  switch (effect.what) {
    case 'set_key': {
      const key = keys?.find(({ accessKeyId }) => accessKeyId === effect.accessKeyId);
      return key === undefined ? null : key.status === effect.status;
    }
    case 'attach_deny':
      return attached === null ? null : hasDenyAll(attached, partition);
    case 'detach_deny':
      return attached === null ? null : !hasDenyAll(attached, partition);
    case 'put_deny':
      return inlineDeny === null ? null : inlineDeny === 'ours';
    case 'delete_deny':
      return inlineDeny === null ? null : inlineDeny === 'none';
    case 'put_date':
      return dateDeny === null ? null : dateDeny === 'ours';
    case 'delete_date':
      return dateDeny === null ? null : dateDeny === 'none';
  }
}

/** The row without changes whose outcome was written: all of them, or those of one turn. */
export function withoutBegun(row: Containment, done: readonly BegunEffect[] | 'all'): Containment {
  if (row.begun === undefined) return row;
  const acts = new Set((done === 'all' ? row.begun : done).map(({ act }) => act));
  const rest = row.begun.filter(({ act }) => !acts.has(act));
  return { ...row, begun: rest.length === 0 ? undefined : rest };
}
