import type { RegionWatch } from '../domain/watch.ts';
import { MINUTE, seconds } from './spans.ts';

/** Rekey's own look-ups are events, too. Where one does not show up for so long, the history stands still. */
const SILENT_AFTER = 45 * MINUTE;

/** The first of our own calls there that no event shows yet; once one does, that is the one just made. */
export function unseenCallAt(
  { unseenCallAt: before }: RegionWatch,
  newestAt: number | null,
  begunAt: number,
): number {
  return before === null || (newestAt !== null && newestAt >= seconds(before)) ? begunAt : before;
}

/** Whether the history of a region stands still: when looked at last, it did not show what Rekey had asked there itself. */
export function isSilent({ unseenCallAt: since, roundAt }: RegionWatch): boolean {
  return since !== null && roundAt !== null && roundAt - since > SILENT_AFTER;
}
