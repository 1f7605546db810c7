import type { ModalView } from '@slack/types';
import { queueUrl } from '../src/domain/trail-queue.ts';
import { checkQueue } from '../src/handlers/trail-queues/check.ts';
import {
  beginQueue,
  beginQueueCheck,
  keepQueue,
  queueAt,
  readAgain,
  refuseQueue,
  removeQueue,
} from '../src/handlers/trail-queues/keep.ts';
import { lookQueue, lookQueues } from '../src/handlers/trail-queues/look.ts';
import type { QueuePlace } from '../src/handlers/trail-queues/read-input.ts';
import { bold, cut } from '../src/slack/blocks/mrkdwn.ts';
import { connectedOnes } from './connected.ts';
import { modal, type Action, type Context } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import {
  checkBlocks,
  checkingView,
  keptView,
  notKeptView,
  parseQueue,
  QUEUE_EDIT,
  QUEUE_ERROR_BLOCK,
  QUEUE_FORM,
  queueForm,
  typedIn,
  type SubmittedQueue,
} from './modals/trail-queue-form.ts';
import {
  QUEUE_AGAIN,
  QUEUE_CHANGE,
  QUEUE_CHECK,
  QUEUE_NEW,
  QUEUE_REMOVE,
  QUEUE_SHOW,
  QUEUES_BACK,
  QUEUES_OPEN,
  queuesView,
  queueView,
} from './modals/trail-queues-view.ts';
import { refusalText } from './refusal.ts';

async function all(context: Context, said: string | null): Promise<ModalView> {
  return queuesView(await lookQueues(context.services, context.actor), said);
}

async function one(context: Context, id: string, said: string | null): Promise<ModalView> {
  return queueView(await lookQueue(context.services, context.actor, id), said);
}

const open: Action = {
  actionId: QUEUES_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(await all(context, null));
  },
};

/** The list and one queue share a window: Slack stacks three. */
const back: Action = {
  actionId: QUEUES_BACK,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view !== null) await context.desk.update(view.id, await all(context, null));
  },
};

const show: Action = {
  actionId: QUEUE_SHOW,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view !== null) await context.desk.update(view.id, await one(context, context.incoming.text, null));
  },
};

const begin: Action = {
  actionId: QUEUE_NEW,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const found = await connectedOnes(context);
    await context.show(
      found.length === 0
        ? messageView('Trail queues', 'Connect the account of the queue first: a connection reads it.')
        : queueForm(found),
    );
  },
};

const change: Action = {
  actionId: QUEUE_CHANGE,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const queue = await queueAt(context.services, context.incoming.text, null);
    const { id, setAt, connectionId, bucket } = queue;
    const typed = { id, seen: setAt, connectionId, bucket, url: queueUrl(queue) };
    await context.show(queueForm(await connectedOnes(context), typed));
  },
};

const edit: Action = {
  actionId: QUEUE_EDIT,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    await context.desk.update(view.id, queueForm(await connectedOnes(context), typedIn(view)));
  },
};

export const queueModal = modal<SubmittedQueue>({
  callbackId: QUEUE_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: QUEUE_ERROR_BLOCK,
  parse: parseQueue,
  async submit(context, submitted, view) {
    const request = context.request();
    const { target, input } = submitted;
    const place = await beginQueue(context.services, request, target, input);
    context.later(async () => {
      await context.desk.update(view.id, await checked(context, request, submitted, place, view.previousId));
    });
    return checkingView();
  },
});

/** Asks AWS, keeps the queue when nothing speaks against it, and says what came of it. */
async function checked(
  context: Context,
  request: ReturnType<Context['request']>,
  { target, input }: SubmittedQueue,
  place: QueuePlace,
  below: string | null,
): Promise<ModalView> {
  const { services } = context;
  try {
    const check = await checkQueue(services, place);
    if (check.problems.length > 0) {
      await refuseQueue(services, request, target, place);
      return notKeptView(check, { ...target, ...input });
    }
    const queue = await keepQueue(services, request, target, place);
    const said = `${bold(cut(queue.name, 80))} is read from now on. Events are looked up as before until its files have proven complete: two hours at the least.`;
    if (below !== null) await context.desk.update(below, await all(context, said)).catch(() => undefined);
    return keptView(said, check);
  } catch (error) {
    const why = refusalText(error, context.correlationId, context.log);
    await refuseQueue(services, request, target, place, why);
    return notKeptView({ problems: [], notes: [], policies: [] }, { ...target, ...input }, why);
  }
}

const check: Action = {
  actionId: QUEUE_CHECK,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const id = context.incoming.text;
    const request = context.request({ decision: `${QUEUE_CHECK}:${view.id}:${view.hash}` });
    const place = await beginQueueCheck(context.services, request, id);
    await context.desk.update(view.id, await one(context, id, 'Asking AWS…'));
    context.later(async () => {
      const window = await one(context, id, null);
      const found = await checkQueue(context.services, place);
      const good = { ...found, notes: ['The connection may read the queue and its files.', ...found.notes] };
      const shown = checkBlocks(found.problems.length === 0 ? good : found);
      await context.desk.update(view.id, { ...window, blocks: [...shown, ...window.blocks] });
    });
  },
};

const again: Action = {
  actionId: QUEUE_AGAIN,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    const id = context.incoming.text;
    const decision = `${QUEUE_AGAIN}:${id}:${view?.hash ?? ''}`;
    await readAgain(context.services, context.request({ decision }), id);
    const said = 'What was set aside is read again within a minute.';
    if (view !== null) await context.desk.update(view.id, await one(context, id, said));
  },
};

const remove: Action = {
  actionId: QUEUE_REMOVE,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    const id = context.incoming.text;
    const queue = await removeQueue(
      context.services,
      context.request({ decision: `${QUEUE_REMOVE}:${id}` }),
      id,
    );
    const said = `${bold(cut(queue.name, 80))} was removed. Events are looked up again.`;
    if (view !== null) await context.desk.update(view.id, await all(context, said));
  },
};

export const trailQueueActions: readonly Action[] = [
  open,
  back,
  show,
  begin,
  change,
  edit,
  check,
  again,
  remove,
];
