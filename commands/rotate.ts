import { isAccessKeyId } from '../src/domain/access-key-id.ts';
import { holds } from '../src/domain/actor.ts';
import { onlyKeyId } from '../src/domain/key-query.ts';
import { unquoted } from '../src/domain/pasted-text.ts';
import { RekeyError } from '../src/errors.ts';
import { existingKey, lookKey } from '../src/handlers/look-key.ts';
import { lookAccounts, namesOf } from '../src/handlers/look-keys.ts';
import { authoriseForKey } from '../src/handlers/owns-key.ts';
import type { InventoryKey } from '../src/domain/inventory.ts';
import { listRotations, lookRotation } from '../src/handlers/rotations/look.ts';
import { mayStart } from '../src/handlers/rotations/may-start.ts';
import { planRotation, type OnKeys, type RotationPlan } from '../src/handlers/rotations/plan.ts';
import { cardPlace, keysNamed, openRotationOf, urgentKeys } from '../src/handlers/rotations/rotatable.ts';
import { startRotation } from '../src/handlers/rotations/start.ts';
import type { Message } from '../src/ports/slack.ts';
import { channel, cut } from '../src/slack/blocks/mrkdwn.ts';
import { modal, tooOld, type Action, type Command, type Context } from './entry.ts';
import { rotationList, ROTATIONS_NEXT } from './messages/rotation-list.ts';
import { DRY_RUN_NEXT, DRY_RUN_PREVIOUS, dryRunView } from './modals/dry-run-view.ts';
import { messageView } from './modals/message-view.ts';
import { rotateByHand } from './modals/rotate-by-hand.ts';
import {
  parseRotation,
  planningView,
  planView,
  ROTATION_BY_HAND,
  ROTATION_DRY_RUN,
  ROTATION_ERROR_BLOCK,
  ROTATION_FORM,
  unplannedView,
  type TypedRotation,
} from './modals/rotation-plan.ts';
import { rotationView } from './modals/rotation-view.ts';
import { whichKeyView } from './modals/which-key-view.ts';
import { refusalText } from './refusal.ts';

/** How long AWS may take to answer what a plan asks; ms. */
const PLAN_MS = 90_000;
/** After so long whoever waits sees what is known already; ms. */
const EARLY_MS = 1_500;

export const rotate: Command = {
  command: '/aws-rotate',
  usage: '[access key ID | user name | help]',
  summary: 'Replace an access key without an outage',
  details:
    'Alone it lists the rotations under way and the keys that need one. With a key or a user it shows first what would ' +
    'be done: who uses the key, where the new one goes, and how long each step takes. Nothing happens before *Rotate*.',
  // Owners of a key need no role: the handlers ask whose key it is.
  needs: 'member',
  opensModal: (text) => text !== '',
  async run(context, text) {
    if (text === '') return listed(context, null);
    const id = onlyKeyId(text);
    if (id === null) await openNamed(context, cut(unquoted(text), 128));
    else await openPlan(context, id);
    return null;
  },
};

async function listed(context: Context, after: string | null): Promise<Message> {
  const { services, actor } = context;
  const viewer = holds(actor.roles, 'viewer');
  const accounts = viewer ? await lookAccounts(services) : [];
  return rotationList({
    look: viewer
      ? await listRotations(services, actor, { state: null, accountId: null, open: true }, after)
      : null,
    urgent: await urgentKeys(services, actor),
    names: namesOf(accounts),
    now: services.clock.now(),
  });
}

async function openNamed(context: Context, name: string): Promise<void> {
  const { services, actor } = context;
  const rows = await keysNamed(services, actor, name);
  const [only] = rows;
  if (only !== undefined && rows.length === 1) return openPlan(context, only.key.accessKeyId);
  const accounts = holds(actor.roles, 'viewer') ? await lookAccounts(services) : [];
  await context.show(whichKeyView(name, rows, namesOf(accounts), services.clock.now()));
}

/** Opens what would be done to a key; or, where that is under way, how far it is. */
export async function openPlan(context: Context, accessKeyId: string): Promise<void> {
  const { services, actor } = context;
  const { key, standing, account } = await lookKey(services, actor, accessKeyId);
  await existingKey(services, accessKeyId);
  const open = await openRotationOf(services, key);
  if (open !== null) {
    const said =
      open.oldKeyId === accessKeyId
        ? 'This key is being rotated.'
        : 'Another key of this user is being rotated; this one can be afterwards.';
    await context.show(rotationView(await lookRotation(services, actor, open.id), said));
    return;
  }
  await authoriseForKey(services, actor, standing?.ownership ?? null, 'operator', 'rotate access keys');
  const viewId = await context.show(planningView(accessKeyId, key.userName));
  context.later(async () => {
    const early = earlyKeys(context, viewId, key);
    const view = await planned(context, key, account.name, early.onKeys);
    await early.over();
    await context.desk.update(viewId, view);
  });
}

/** Shows the user's keys while the rest is still asked for, where that takes a while; never after the plan. */
function earlyKeys(
  { services, desk, log }: Context,
  viewId: string,
  { accessKeyId, userName }: InventoryKey,
): { readonly onKeys: OnKeys; readonly over: () => Promise<void> } {
  const over = new AbortController();
  let shown = Promise.resolve();
  return {
    onKeys: (keys) => {
      shown = (async () => {
        await services.clock.sleep(EARLY_MS, over.signal).catch(() => null);
        if (over.signal.aborted) return;
        const view = planningView(accessKeyId, userName, { keys, now: services.clock.now() });
        await desk.update(viewId, view).catch((error: unknown) => {
          log.warn('the keys of a user were not shown early', { error });
        });
      })();
    },
    over: async () => {
      over.abort();
      await shown;
    },
  };
}

/** The plan, or why there is none: whoever waits for it is never left with the first frame. */
async function planned(
  context: Context,
  { accessKeyId, userName, accountId }: InventoryKey,
  accountName: string,
  onKeys: OnKeys,
): Promise<ReturnType<typeof planView>> {
  const { services, actor, correlationId, log } = context;
  try {
    const plan = await freshPlan(context, accessKeyId, onKeys);
    return planView({
      plan,
      accountName: accountName === accountId ? null : accountName,
      permission: await mayStart(services, actor, plan),
      card: await cardPlace(services, accountId, actor.userId),
      now: services.clock.now(),
    });
  } catch (error) {
    return unplannedView(accessKeyId, userName, refusalText(error, correlationId, log));
  }
}

function freshPlan(
  { services, actor }: Context,
  accessKeyId: string,
  onKeys?: OnKeys,
): Promise<RotationPlan> {
  return planRotation(services, actor, accessKeyId, AbortSignal.timeout(PLAN_MS), onKeys);
}

export const rotationModal = modal<TypedRotation | null>({
  callbackId: ROTATION_FORM,
  needs: 'member',
  // It can be undone until the old key is Inactive, and that reactivated.
  irreversible: false,
  errorBlock: ROTATION_ERROR_BLOCK,
  parse: parseRotation,
  async submit(context, input) {
    if (input === null) throw tooOld();
    const { services, actor } = context;
    const rotation = await startRotation(services, context.request(), input);
    const where =
      input.card.kind === 'channel' ? `in ${channel(input.card.channelId)}` : 'in a direct message to you';
    const said = `*The rotation has begun.* Its message comes ${where} and tells how it goes.`;
    return rotationView(await lookRotation(services, actor, rotation.id), said);
  },
});

const nextPage: Action = {
  actionId: ROTATIONS_NEXT,
  needs: 'viewer',
  opensModal: false,
  async run(context) {
    const { responseUrl, text } = context.incoming;
    if (responseUrl !== null) await context.desk.replace(responseUrl, await listed(context, text));
  },
};

const dryRun: Action = {
  actionId: ROTATION_DRY_RUN,
  needs: 'member',
  opensModal: true,
  async run(context) {
    const accessKeyId = keyIdIn(context.incoming.text);
    const viewId = await context.show(messageView('Dry run', 'Asking AWS. Nothing is changed by that…'));
    await drawDryRun(context, viewId, accessKeyId, 0);
  },
};

const dryRunPaging: readonly Action[] = [DRY_RUN_PREVIOUS, DRY_RUN_NEXT].map((actionId) => ({
  actionId,
  needs: 'member',
  opensModal: false,
  run(context, view) {
    const [key = '', page = ''] = context.incoming.text.split(':');
    return view === null
      ? Promise.resolve()
      : drawDryRun(context, view.id, keyIdIn(key), Number.parseInt(page, 10) || 0);
  },
}));

/** Read again for each page: what a page says is what AWS says now. */
function drawDryRun(context: Context, viewId: string, accessKeyId: string, page: number): Promise<void> {
  context.later(async () => {
    const { correlationId, log } = context;
    const view = await freshPlan(context, accessKeyId).then(
      (plan) => dryRunView(plan, page),
      (error: unknown) => messageView('Dry run', refusalText(error, correlationId, log)),
    );
    await context.desk.update(viewId, view);
  });
  return Promise.resolve();
}

const byHand: Action = {
  actionId: ROTATION_BY_HAND,
  needs: 'member',
  opensModal: true,
  async run(context) {
    const { services, actor, incoming } = context;
    const accessKeyId = keyIdIn(incoming.text);
    await context.show(rotateByHand(await lookKey(services, actor, accessKeyId)));
  },
};

function keyIdIn(text: string): string {
  if (isAccessKeyId(text)) return text;
  throw new RekeyError('expired', 'This button is from an older version of Rekey.', {
    next: 'Please open the window again.',
  });
}

export const rotateActions: readonly Action[] = [nextPage, dryRun, ...dryRunPaging, byHand];
