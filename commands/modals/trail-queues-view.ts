import type { KnownBlock, ModalView } from '@slack/types';
import { counted } from '../../src/domain/time-words.ts';
import type { TrailFile } from '../../src/domain/trail-queue.ts';
import { lasting } from '../../src/domain/watch.ts';
import type { QueueLook } from '../../src/handlers/trail-queues/look.ts';
import {
  actions,
  button,
  confirm,
  context,
  fields,
  header,
  section,
} from '../../src/slack/blocks/elements.ts';
import {
  bold,
  brief,
  code,
  cut,
  linesAndMore,
  moment,
  person,
  plain,
  words,
} from '../../src/slack/blocks/mrkdwn.ts';

export const QUEUES_OPEN = 'trail_queues.open';
export const QUEUES_BACK = 'trail_queues.back';
export const QUEUE_NEW = 'trail_queues.new';
/** The value of these is a queue's id. */
export const QUEUE_SHOW = 'trail_queues.show';
export const QUEUE_CHANGE = 'trail_queue.change';
export const QUEUE_CHECK = 'trail_queue.check';
export const QUEUE_AGAIN = 'trail_queue.again';
export const QUEUE_REMOVE = 'trail_queue.remove';

/** Each takes a block, and a modal holds a hundred. */
const SHOWN = 60;
const NAMED_ACCOUNTS = 10;

/** The part of the settings about trail queues. */
export function trailQueueBlocks(count: number): KnownBlock[] {
  const set = count === 0 ? 'none is set: events are looked up' : `${counted(count, 'queue')} set`;
  return [
    section(
      `*Trail queues.* For accounts with so many events that looking them up is not enough: Rekey reads the files of a trail instead; ${set}.`,
      button('Trail queues', QUEUES_OPEN, { about: 'Queues that announce the files of trails' }),
    ),
  ];
}

/** All trail queues; `said` (mrkdwn): what the last button did. */
export function queuesView(looks: readonly QueueLook[], said: string | null): ModalView {
  const more = looks.length - SHOWN;
  return {
    type: 'modal',
    title: plain('Trail queues', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(cut(said, 3_000))]),
      context(
        'A trail writes what happens into files of an S3 bucket, and the bucket announces each file in an SQS queue. Rekey reads both; events of accounts that are not connected are left alone.',
      ),
      ...(looks.length === 0 ? [section('No queue is set: what keys do is looked up in CloudTrail.')] : []),
      ...looks.slice(0, SHOWN).map(row),
      ...(more > 0 ? [context(`${more} more are not shown.`)] : []),
      actions('trail_queues.actions', [button('Add a queue', QUEUE_NEW, { style: 'primary' })]),
    ],
  };
}

function row(look: QueueLook): KnownBlock {
  const { queue } = look;
  return section(
    `${bold(cut(queue.name, 80))} · ${queue.region} · account ${queue.accountId}\n${standing(look)}`,
    button('Open', QUEUE_SHOW, { value: queue.id, about: cut(`Open ${queue.name}`, 75) }),
  );
}

/** How a queue stands, in a line of mrkdwn. */
function standing({ queue, connection, left }: QueueLook): string {
  const { state } = queue;
  if (connection === null) return '*Not read:* its connection is gone. Change it, and choose another.';
  const trouble = lasting(state.trouble);
  if (trouble !== null) return `*Not read* since ${moment(trouble.since)}: ${brief(trouble.why, 300)}`;
  const gaps = lasting(state.gaps);
  if (gaps !== null) return `*Incomplete* since ${moment(gaps.since)}: ${brief(gaps.why, 300)}`;
  const behind = lasting(state.behind);
  if (behind !== null) return `*Behind* since ${moment(behind.since)}: ${brief(behind.why, 300)}`;
  if (state.heardAt === null) return 'Nothing was announced yet.';
  const aside = left.aside === 0 ? '' : ` *${counted(left.aside, 'thing')} set aside.*`;
  return `Read; the last message came ${moment(state.heardAt)}.${aside}`;
}

type OneLook = QueueLook & { readonly aside: readonly TrailFile[] };

/** One queue; `said` (mrkdwn): what the last button did. */
export function queueView(look: OneLook, said: string | null): ModalView {
  const { queue, connection, left, accounts, aside } = look;
  const { id, state } = queue;
  const named = accounts.slice(0, NAMED_ACCOUNTS).map(({ name, leads, both }) => {
    const led = leads === 0 ? [] : [`${counted(leads, 'region')} by file alone`];
    return `• ${brief(name, 80)}: ${[...led, ...(both === 0 ? [] : [`${counted(both, 'region')} looked up, too`])].join(', ')}`;
  });
  return {
    type: 'modal',
    title: plain('Trail queue', 24),
    close: plain('Close', 24),
    private_metadata: id,
    blocks: [
      ...(said === null ? [] : [section(cut(said, 3_000))]),
      header(cut(queue.name, 150)),
      section(standing(look)),
      fields([
        ['Queue', `${code(queue.name)} in ${queue.region}, account ${queue.accountId}`],
        ['Bucket', code(queue.bucket)],
        ['Connection', connection === null ? 'gone' : words(cut(connection.name, 90))],
        ['Messages in it', state.depth === null ? 'not known yet' : `about ${state.depth}`],
        ['Found empty', state.drainedAt === null ? 'not yet' : moment(state.drainedAt)],
        ['Files', `${state.files} announced, ${left.waiting} waiting`],
        [
          'Left alone',
          `${state.strangers} of accounts that are not watched, ${state.ignored} of another kind or bucket`,
        ],
      ]),
      ...(named.length === 0
        ? [context('No file of a watched account came yet.')]
        : [section(`*Accounts*\n${linesAndMore(named, 2_800, accounts.length)}`)]),
      ...asideBlocks(aside, left.aside),
      context(`Set by ${person(queue.setBy)} ${moment(queue.setAt)}.`),
      actions('trail_queue.actions', [
        button('Check', QUEUE_CHECK, { value: id, about: 'Check without changing anything' }),
        button('Change', QUEUE_CHANGE, { value: id }),
        ...(left.aside === 0
          ? []
          : [button('Read again', QUEUE_AGAIN, { value: id, about: 'Read again what was set aside' })]),
        button('Remove', QUEUE_REMOVE, {
          value: id,
          style: 'danger',
          confirm: confirm(
            'Remove this queue?',
            'Events are looked up in CloudTrail again, from where both agreed. What is in the queue stays there.',
            'Remove',
            true,
          ),
        }),
        button('Back', QUEUES_BACK, { about: 'Back to all trail queues' }),
      ]),
    ],
  };
}

function asideBlocks(aside: readonly TrailFile[], count: number): KnownBlock[] {
  if (aside.length === 0) return [];
  const lines = aside.map(
    ({ key, arrivedAt, reason }) =>
      `• ${code(cut(key, 200))} ${moment(arrivedAt)}: ${brief(reason ?? '', 200)}`,
  );
  return [section(`*Set aside*\n${linesAndMore(lines, 2_700, count)}`)];
}
