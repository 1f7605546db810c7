import type { OpenStores } from '../../db/open.ts';
import type { TrailQueue } from '../domain/trail-queue.ts';
import { counted, momentWords } from '../domain/time-words.ts';
import { isLearning, lasting, watchState, type AccountWatch } from '../domain/watch.ts';
import { ok, warning, type Finding } from './finding.ts';

/** Nobody read an account for so long: Rekey does at least once an hour. */
const UNREAD_MS = 2 * 3_600_000;

/** What the watch cannot see, by account and by trail queue. Nothing where nothing is watched. */
export async function checkWatch({ watch }: Pick<OpenStores, 'watch'>, now: number): Promise<Finding[]> {
  const [accounts, queues] = await Promise.all([watch.accounts.list(), watch.queues.list()]);
  const troubles = [
    ...accounts.flatMap((account) => ofAccount(account, now)),
    ...queues.flatMap((queue) => ofQueue(queue)),
  ];
  if (accounts.length === 0 || troubles.length > 0) return troubles;
  const learning = accounts.filter((account) => watchState(account) === 'learning').length;
  return [
    ok(
      'Watch',
      `${counted(accounts.length, 'account')}${learning === 0 ? '' : `, ${learning} of them being learned`}, ${counted(queues.length, 'trail queue')}: nothing is in the way.`,
    ),
  ];
}

function ofAccount({ accountId, trouble, listTrouble, regions }: AccountWatch, now: number): Finding[] {
  const what = `Watch of ${accountId}`;
  const mend = 'Type /aws-test for its connection, which says what is missing.';
  const all = lasting(trouble);
  if (all !== null) return [warning(what, `Not seen since ${momentWords(all.since)}: ${all.why}`, mend)];
  const list = lasting(listTrouble);
  const blind = regions.flatMap((region) => {
    const lasts = lasting(region.trouble);
    return lasts === null ? [] : [{ region: region.region, lasts }];
  });
  const [first] = blind;
  const rounds = regions.flatMap(({ roundAt }) => (roundAt === null ? [] : [roundAt]));
  const last = Math.max(...rounds);
  const isUnread = rounds.length > 0 && !regions.some(isLearning) && now - last > UNREAD_MS;
  return [
    ...(list === null
      ? []
      : [warning(what, `Its regions are not known since ${momentWords(list.since)}: ${list.why}`, mend)]),
    ...(first === undefined
      ? []
      : [
          warning(
            what,
            `${counted(blind.length, 'region')} not seen, such as ${first.region} since ${momentWords(first.lasts.since)}: ${first.lasts.why}`,
            mend,
          ),
        ]),
    ...(isUnread
      ? [
          warning(
            what,
            `Nobody read it since ${momentWords(last)}.`,
            'Start Rekey; where it runs, read the errors in its log.',
          ),
        ]
      : []),
  ];
}

function ofQueue({ name, region, state }: TrailQueue): Finding[] {
  const mend = 'Look under /aws-settings, Trail queues: Check says what is missing, Read again reads anew.';
  return [state.trouble, state.behind, state.gaps, state.asideTrouble].flatMap((each) => {
    const trouble = each === null ? null : lasting(each);
    if (trouble === null) return [];
    const found = `Since ${momentWords(trouble.since)}: ${trouble.why}`;
    return [warning(`Trail queue ${name} (${region})`, found, mend)];
  });
}
