import type { OpenStores } from '../../db/open.ts';
import type { Rotation } from '../domain/rotation.ts';
import { whoDecides } from '../domain/rotation-words.ts';
import { ok, warning, type Finding } from './finding.ts';

/** Longer than one that is due waits for its turn where Rekey runs. */
const LATE_MS = 15 * 60_000;
/** More are not named one by one. */
const NAMED = 5;

/** What rotations wait for: people, or a Rekey that does not take them further. Nothing where none is open. */
export async function checkRotations(
  { rotation: { rotations } }: Pick<OpenStores, 'rotation'>,
  now: number,
): Promise<Finding[]> {
  const what = 'Rotations';
  const counts = await rotations.countByState();
  const open = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (open === 0) return [];
  const findings: Finding[] = [];
  const blocked = await rotations.page({ state: 'blocked', accountId: null, open: true }, null, NAMED);
  for (const each of blocked) findings.push(warning(what, foundOf(each), mendOf(each)));
  const more = (counts.get('blocked') ?? 0) - blocked.length;
  if (more > 0) {
    findings.push(warning(what, `${more} more wait for a person.`, 'See them under /aws-rotate.'));
  }
  const dueSince = await rotations.longestDue(now - LATE_MS);
  if (dueSince !== null) {
    const found = `One is due since ${new Date(dueSince).toISOString()} and is not taken further.`;
    findings.push(warning(what, found, 'Start Rekey; where it runs, read the errors in its log.'));
  }
  return findings.length > 0 ? findings : [ok(what, `${open} open, none of them waits for a person.`)];
}

function foundOf({ id, accountId, snapshot, block }: Rotation): string {
  const since = block === null ? '' : ` since ${new Date(block.since).toISOString()}: ${block.why}`;
  return `That of ${snapshot.userName} in ${accountId} (${id}) waits for a person${since}`;
}

function mendOf(rotation: Rotation): string {
  return `${whoDecides(rotation) ?? ''} It is listed under /aws-rotate.`.trim();
}
