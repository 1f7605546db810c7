import { EDITS_OUTLET, outletOf, type Notice } from '../../domain/notice.ts';
import type { Write } from '../../ports/stores.ts';
import { EDIT_GAP_MS, LONGEST_HOLD_MS, TAKEN_MS, type OutboxDeps } from './deps.ts';

/** A notice that is ours to deliver for a while, and its outlet with it. */
export interface Taken {
  /** With this attempt counted. */
  readonly notice: Notice;
  /** As it was before: what is known of earlier attempts. */
  readonly before: Notice;
  readonly at: number;
}

/**
 * Takes a notice together with its outlet's next moment, so that of all instances one delivers it, and none exceeds the
 * pace. `conflict` when another was first; null when the outlet is not free any more.
 */
export async function take(
  { stores, clock }: OutboxDeps,
  notice: Notice,
  others: readonly Write[] = [],
): Promise<Taken | null> {
  const at = clock.now();
  const id = outletOf(notice);
  const outlet = await stores.outlets.byId(id);
  const held = outlet === null ? 0 : outlet.nextAt - at;
  if (held > 0 && held <= LONGEST_HOLD_MS) return null;
  const paced = notice.target.kind !== 'pager';
  // A post keeps its channel until its outcome is known: a second one must not overtake it.
  const until = at + (id === EDITS_OUTLET ? EDIT_GAP_MS : TAKEN_MS);
  await stores.atomically([
    stores.notices.take(notice, at, at + TAKEN_MS),
    ...(paced ? [stores.outlets.hold(id, outlet?.nextAt ?? null, until)] : []),
    ...others,
  ]);
  const taken = {
    ...notice,
    attempts: notice.attempts + 1,
    nextAt: at + TAKEN_MS,
    triedSince: notice.triedSince ?? at,
    unsureSince: notice.unsureSince ?? at,
  };
  return { notice: taken, before: notice, at };
}
