import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Connection } from '../../src/domain/connection.ts';
import type { QueueCheck } from '../../src/handlers/trail-queues/check.ts';
import type { QueueTarget } from '../../src/handlers/trail-queues/keep.ts';
import type { QueueInput } from '../../src/handlers/trail-queues/read-input.ts';
import { actions, button, context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { brief, cut, plain, wholeLines } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { carriedBy } from './metadata.ts';
import { policyBlocks } from './policy-blocks.ts';

export const QUEUE_FORM = 'trail_queue.form';
export const QUEUE_EDIT = 'trail_queue.edit';

const CONNECTION_FIELD = 'field.queueConnection';
const URL_FIELD = 'field.queueUrl';
const BUCKET_FIELD = 'field.queueBucket';
export const QUEUE_ERROR_BLOCK = URL_FIELD;

const SHOWN_CONNECTIONS = 100;

/** What the windows of one setting carry: which queue, and what was typed (none of it is secret). */
const About = z.object({
  id: z.string().nullable(),
  seen: z.number(),
  connectionId: z.string().nullable(),
  url: z.string(),
  bucket: z.string(),
});
export type TypedQueue = z.infer<typeof About>;

const EMPTY: TypedQueue = { id: null, seen: 0, connectionId: null, url: '', bucket: '' };

/** The form, empty or as it was typed or is kept. */
export function queueForm(connections: readonly Connection[], typed: TypedQueue = EMPTY): ModalView {
  const options = connections
    .slice(0, SHOWN_CONNECTIONS)
    .map(({ id, name, accountId }) => option(name, id, `account ${accountId}`));
  const chosen = options.find(({ value }) => value === typed.connectionId);
  const about: TypedQueue = { ...typed, connectionId: null, url: '', bucket: '' };
  return {
    type: 'modal',
    callback_id: QUEUE_FORM,
    title: plain(typed.id === null ? 'Add a trail queue' : 'Change a trail queue', 24),
    submit: plain('Check and save', 24),
    close: plain('Cancel', 24),
    private_metadata: JSON.stringify(about),
    blocks: [
      input(
        CONNECTION_FIELD,
        'Connection',
        {
          type: 'static_select',
          action_id: CONNECTION_FIELD,
          placeholder: plain('Which connection reads it', 150),
          options,
          ...(chosen === undefined ? {} : { initial_option: chosen }),
        },
        { hint: 'It reads the queue and the files, and is of the account the queue is in.' },
      ),
      textInput(
        URL_FIELD,
        'Queue URL',
        typed.url,
        'Such as https://sqs.eu-central-1.amazonaws.com/123456789012/trail-events. A standard queue that nothing else reads: the bucket, its SNS topic or EventBridge writes to it.',
      ),
      textInput(
        BUCKET_FIELD,
        'Bucket',
        typed.bucket,
        'The bucket the trail writes to. Files of no other bucket are read, whatever the queue says.',
      ),
    ],
  };
}

function textInput(blockId: string, label: string, initial: string, hint: string): KnownBlock {
  return input(
    blockId,
    label,
    {
      type: 'plain_text_input',
      action_id: blockId,
      max_length: 500,
      ...(initial === '' ? {} : { initial_value: cut(initial, 500) }),
    },
    { hint },
  );
}

export interface SubmittedQueue {
  readonly target: QueueTarget;
  readonly input: QueueInput;
}

export function parseQueue(view: IncomingView): Parsed<SubmittedQueue> {
  const { id, seen } = carriedBy(About, view.metadata, { ...EMPTY, id: '' });
  const one = (block: string): string => view.values.get(block)?.one ?? '';
  const connectionId = one(CONNECTION_FIELD);
  if (connectionId === '') return { ok: false, errors: { [CONNECTION_FIELD]: 'Choose a connection.' } };
  const queue = { connectionId, url: one(URL_FIELD), bucket: one(BUCKET_FIELD) };
  return { ok: true, input: { target: { id, seen }, input: queue } };
}

/** What a window after a failed check carries. */
export function typedIn(view: IncomingView): TypedQueue {
  return carriedBy(About, view.metadata, EMPTY);
}

/** While AWS is asked. */
export function checkingView(): ModalView {
  return {
    type: 'modal',
    title: plain('Checking the queue', 24),
    close: plain('Close', 24),
    blocks: [
      section('Asking AWS for the queue, and whether the connection may read it…'),
      context('If this stays for more than a minute, nothing was saved: close it and try again.'),
    ],
  };
}

/** What did not pass, what to do, and the way back to what was typed. `said`: our own mrkdwn. */
export function notKeptView(check: QueueCheck, typed: TypedQueue, said: string | null = null): ModalView {
  return {
    type: 'modal',
    title: plain('Not saved', 24),
    close: plain('Close', 24),
    private_metadata: JSON.stringify(typed),
    blocks: [
      ...(said === null ? [] : [section(cut(said, 3_000))]),
      ...checkBlocks(check),
      actions('trail_queue.not_kept', [
        button('Back to the form', QUEUE_EDIT, {
          style: 'primary',
          about: 'Change what was typed, and check again',
        }),
      ]),
    ],
  };
}

/** After it was kept, with what is worth knowing. */
export function keptView(said: string, check: QueueCheck): ModalView {
  return {
    type: 'modal',
    title: plain('Saved', 24),
    close: plain('Close', 24),
    blocks: [section(said), ...checkBlocks(check)],
  };
}

/** What a check found. */
export function checkBlocks({ problems, notes, policies }: QueueCheck): KnownBlock[] {
  return [
    ...problems.map(({ what, mend }) => section(`*${brief(what, 1_000)}* ${brief(mend, 1_000)}`)),
    ...(notes.length === 0
      ? []
      : [
          section(
            wholeLines(
              notes.map((note) => `• ${brief(note, 500)}`),
              2_900,
            ).join('\n'),
          ),
        ]),
    ...policyBlocks(policies),
  ];
}
