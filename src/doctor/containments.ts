import type { OpenStores } from '../../db/open.ts';
import { failuresOf } from '../domain/containment-words.ts';
import type { Containment } from '../domain/containment.ts';
import { counted } from '../domain/time-words.ts';
import { ok, warning, type Finding } from './finding.ts';

/** Longer than one that is due waits where Rekey runs. */
const LATE_MS = 60_000;
/** More are not looked at one by one. */
const READ = 500;
const NAMED = 5;

/** What of contained users is not as it is to be, or looked at by nobody. Nothing where none is contained. */
export async function checkContainments(
  { containments }: Pick<OpenStores, 'containments'>,
  now: number,
): Promise<Finding[]> {
  const what = 'Containments';
  const counts = await containments.countByState();
  const open = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (open === 0) return [];
  const dueSince = await containments.longestDue(now - LATE_MS);
  const late =
    dueSince === null
      ? []
      : [
          warning(
            what,
            `One is due since ${new Date(dueSince).toISOString()} and nobody looks: nothing is put back.`,
            'Start Rekey, or run rekey contain with its key and --hold; where Rekey runs, read the errors in its log.',
          ),
        ];
  const failing = (await containments.open(READ)).flatMap((row) => failingOf(row, now));
  const more = failing.length - NAMED;
  const findings = [
    ...late,
    ...failing.slice(0, NAMED),
    ...(more > 0
      ? [warning(what, `${more} more are not as they are to be.`, 'See them by /aws-deactivate.')]
      : []),
  ];
  if (findings.length > 0) return findings;
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  return [ok(what, `${counted(open, 'user')} (${states}), all as they are to be.`)];
}

function failingOf(row: Containment, now: number): Finding[] {
  const [worst] = failuresOf(row, now);
  const who = `Containment of ${row.userName ?? row.accessKeyId} in ${row.accountId || 'an unknown account'}`;
  if (worst !== undefined) return [warning(who, `${worst.what}: ${worst.why}`, worst.next)];
  if (row.trouble === null) return [];
  const { action, code, said } = row.trouble;
  return [
    warning(
      who,
      `The user could not be read when it was tried last (${action}: ${code.replaceAll('_', ' ')}). ${said}`.trim(),
      'Type /aws-test for the connections of that account.',
    ),
  ];
}
